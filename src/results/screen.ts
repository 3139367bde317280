import { clock, count, type Paint, plain } from "../output.ts";
import type { Link } from "./links.ts";
import { groupByFile, type Line, type Moment } from "./moment.ts";

export interface Screen {
  readonly paint: Paint;
  readonly link: Link;
  readonly columns: number;
  /** Cuts a text where it matches the query. */
  readonly mark: (text: string) => readonly { readonly text: string; readonly matched: boolean }[];
}

/** Hits for people to read, best first or file by file. */
export function pageText(moments: readonly Moment[], screen: Screen, isGrouped: boolean): string {
  if (!isGrouped) return `${moments.map((moment) => `${head(moment, screen, true)}\n${body(moment, screen)}`).join("\n")}`;
  return groupByFile(moments).map(({ path, file, moments: hits }) => {
    const title = screen.link(screen.paint(["bold", "cyan"], plain(file)), path, hits[0]?.startMs ?? 0);
    return `${title}  ${screen.paint("dim", count(hits.length, "hit"))}\n${hits.map((moment) => `${head(moment, screen, false)}\n${body(moment, screen)}`).join("")}`;
  }).join("\n");
}

function head(moment: Moment, { paint, link }: Screen, withFile: boolean): string {
  const { number, path, file, startMs, endMs, speaker, origin, score } = moment;
  const place = `${withFile ? `${paint("cyan", plain(file))}  ` : ""}${paint("green", `${clock(startMs)}–${clock(endMs)}`)}`;
  const parts = [
    paint("dim", `${String(number).padStart(2)} `), link(place, path, startMs), speaker === null ? "" : paint("magenta", plain(speaker)),
    origin === "asr" ? paint("dim", "recognised") : "", paint("dim", score.toFixed(2)),
  ];
  return parts.filter((part) => part !== "").join("  ").replace("  ", " ");
}

function body(moment: Moment, screen: Screen): string {
  const width = Math.min(screen.columns, 110) - 4;
  const marked = screen.mark(plain(moment.text)).map(({ text, matched }) => (matched ? screen.paint(["bold", "yellow"], text) : text)).join("");
  const around = (lines: readonly Line[]): string[] => lines.map((line) => wrap(contextLine(line, screen.paint), width));
  const explained = moment.explain === null ? [] : [`    ${screen.paint("dim", explainText(moment.explain))}`];
  const url = moment.url === undefined ? [] : [`    ${screen.paint("dim", moment.url)}`];
  return `${[...around(moment.before), wrap(marked, width), ...around(moment.after), ...url, ...explained].join("\n")}\n`;
}

/** Painted word by word, so that a line can break anywhere between them. */
const contextLine = ({ startMs, speaker, text }: Line, paint: Paint): string =>
  `${clock(startMs)} ${speaker === null ? "" : `${plain(speaker)}: `}${plain(text)}`.split(" ").map((word) => paint("dim", word)).join(" ");

export const explainText = (parts: Readonly<Record<string, number | null>>): string =>
  Object.entries(parts).map(([name, value]) => `${name} ${value === null ? "–" : Number(value.toPrecision(3))}`).join("  ");

/** Breaks at spaces; escape sequences take no room on the screen. */
function wrap(marked: string, width: number): string {
  const lines: string[] = [];
  let line = "";
  let used = 0;
  for (const word of marked.split(" ")) {
    // oxlint-disable-next-line no-control-regex -- measures what the terminal shows
    const length = word.replace(/\u001b\[[0-9;]*m/g, "").length;
    if (used > 0 && used + 1 + length > width) {
      lines.push(line);
      line = "";
      used = 0;
    }
    line += used > 0 ? ` ${word}` : word;
    used += length + (used > 0 ? 1 : 0);
  }
  return [...lines, line].map((one) => `    ${one}`).join("\n");
}
