import { formatTimestamp, pluralize } from "../text/format.ts";
import { displayWidth, type Styler } from "../terminal/style.ts";
import { stripControls } from "../text/strip-controls.ts";
import type { RecordingPart } from "../types.ts";
import type { Link } from "./links.ts";
import {
  countHits,
  groupByFile,
  type RelatedMoment,
  type ResultLine,
  type SearchResult,
} from "./search-result.ts";

export interface Screen {
  readonly paint: Styler;
  readonly link: Link;
  readonly columns: number;
  /** Cuts a text where it matches the query. */
  readonly mark: (text: string) => readonly { readonly text: string; readonly matched: boolean }[];
}

/** Formats hits for people to read, best first or file by file. */
export function pageText(
  results: readonly SearchResult[],
  screen: Screen,
  isGrouped: boolean,
): string {
  if (!isGrouped)
    return `${results.map((result) => `${head(result, screen, true)}\n${resultBody(result, screen)}`).join("\n")}`;
  return groupByFile(results)
    .map(({ path, file, results: hits }) => {
      const title = screen.link(
        screen.paint(["bold", "cyan"], stripControls(file)),
        path,
        hits[0]?.startMs ?? 0,
      );
      return `${title}  ${screen.paint("dim", pluralize(countHits(hits), "hit"))}\n${hits.map((result) => `${head(result, screen, false)}\n${resultBody(result, screen)}`).join("")}`;
    })
    .join("\n");
}

function head(result: SearchResult, { paint, link }: Screen, withFile: boolean): string {
  const { number, path, file, startMs, endMs, timecodes, part, speaker, origin, score, folded } =
    result;
  const heading = `${withFile ? `${paint("cyan", stripControls(file))}  ` : ""}${paint("green", `${formatTimestamp(startMs)}–${formatTimestamp(endMs)}`)}`;
  const parts = [
    paint("dim", `${String(number).padStart(2)} `),
    link(heading, path, startMs),
    timecodes ? paint("dim", `TC ${timecodes.start}`) : "",
    part ? paint("dim", partText(part, startMs)) : "",
    speaker === null ? "" : paint("magenta", stripControls(speaker)),
    origin === "asr" ? paint("dim", "recognised") : "",
    paint("dim", score.toFixed(2)),
    folded.length === 0 ? "" : paint("dim", `+${folded.length} here`),
  ];
  return parts
    .filter((part) => part !== "")
    .join("  ")
    .replace("  ", " ");
}

/** `part 2 of 3 of GX0123, 0:14:55 there`: the time in the whole, of which the file is a part. */
function partText({ name, number, of, startMs }: RecordingPart, withinMs: number): string {
  const there = startMs === null ? "" : `, ${formatTimestamp(startMs + withinMs)} there`;
  return `part ${number} of ${of} of ${stripControls(name)}${there}`;
}

function resultBody(result: SearchResult, screen: Screen): string {
  const width = Math.min(screen.columns, 110) - 4;
  const marked = screen
    .mark(stripControls(result.text))
    .map(({ text, matched }) => (matched ? screen.paint(["bold", "yellow"], text) : text))
    .join("");
  const around = (lines: readonly ResultLine[]): string[] =>
    lines.map((line) => wrap(contextLine(line, screen), width));
  const explained =
    result.explain === null ? [] : [`    ${screen.paint("dim", explainText(result.explain))}`];
  const url = result.url === undefined ? [] : [`    ${screen.paint("dim", result.url)}`];
  const heading =
    result.heading === undefined
      ? []
      : [`    ${screen.paint("dim", `in “${stripControls(result.heading)}”`)}`];
  const related = (result.related ?? []).map((moment) =>
    wrap(`${relatedHead(moment, screen)}  ${contextLine(moment, screen)}`, width),
  );
  return `${[...heading, ...around(result.before), wrap(marked, width), ...around(result.after), ...url, ...explained, ...related].join("\n")}\n`;
}

const relatedHead = ({ path, file, startMs }: RelatedMoment, { paint, link }: Screen): string =>
  link(paint("dim", `~ ${stripControls(file)}`), path, startMs);

/**
 * Formats a line of context. Its words are coloured one by one, so that the line can break between
 * any two.
 */
function contextLine({ startMs, speaker, text }: ResultLine, { paint, mark }: Screen): string {
  const dim = (part: string): string =>
    part
      .split(" ")
      .map((word) => (word === "" ? "" : paint("dim", word)))
      .join(" ");
  return `${dim(`${formatTimestamp(startMs)} ${speaker === null ? "" : `${stripControls(speaker)}: `}`)}${mark(
    stripControls(text),
  )
    .map((piece) => (piece.matched ? paint("yellow", piece.text) : dim(piece.text)))
    .join("")}`;
}

export const explainText = (parts: Readonly<Record<string, number | null>>): string =>
  Object.entries(parts)
    .map(([name, value]) => `${name} ${value === null ? "–" : Number(value.toPrecision(3))}`)
    .join("  ");

// oxlint-disable-next-line no-control-regex -- what the terminal does not show
const ESCAPES = /\u001b\[[0-9;]*m/g;
const SIGNS = new RegExp(`${ESCAPES.source}|[^]`, "gu");
const columnsShown = (marked: string): number => displayWidth(marked.replace(ESCAPES, ""));

/**
 * Breaks at spaces, and in scripts without them between letters; escape sequences take no room on
 * the screen.
 */
function wrap(marked: string, width: number): string {
  const lines: string[] = [];
  let line = "";
  let used = 0;
  for (const [i, word] of marked.split(" ").entries()) {
    const parts = columnsShown(word) > width ? splitBreakable(word) : [word];
    for (const [at, part] of parts.entries()) {
      const gap = i > 0 && at === 0 && used > 0 ? " " : "";
      const columns = columnsShown(part);
      if (used > 0 && used + gap.length + columns > width) {
        lines.push(line);
        line = part;
        used = columns;
      } else {
        line += gap + part;
        used += gap.length + columns;
      }
    }
  }
  return [...lines, line].map((one) => `    ${one}`).join("\n");
}

/** A line must not begin with one of these (https://www.w3.org/TR/jlreq/#line_breaking). */
const NOT_FIRST = "、。，．！？：；」』）】〉》…ーっゃゅょッャュョ";

/**
 * The parts between which a word without spaces may break: wide letters, each with what belongs to
 * it. Narrow letters stay together.
 */
function splitBreakable(word: string): string[] {
  const parts: string[] = [];
  let isNarrow = false;
  for (const [sign] of word.matchAll(SIGNS)) {
    const columns = columnsShown(sign);
    if (
      parts.length > 0 &&
      (columns === 0 || NOT_FIRST.includes(sign) || (columns === 1 && isNarrow))
    )
      parts.push(`${parts.pop()}${sign}`);
    else parts.push(sign);
    if (columns > 0) isNarrow = columns === 1;
  }
  return parts;
}
