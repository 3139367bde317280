import { formatTimestamp, pluralize, formatNumber } from "../text/format.ts";
import { stripControls } from "../text/strip-controls.ts";
import { explainText, type Screen } from "./screen.ts";
import {
  countHits,
  groupByFile,
  type ResultLine,
  type SearchResult,
  type ResultPage,
} from "./search-result.ts";

type TextMarker = Screen["mark"];

/**
 * CommonMark: a heading, then a list of hits with links that open the file
 * (https://www.w3.org/TR/media-frags/ for the time).
 */
export function pageMarkdown(
  page: ResultPage,
  markMatches: TextMarker,
  isGrouped: boolean,
): string {
  const { query, results } = page;
  const title = `# ${escapeMarkdown(query)}\n\n${countOf(page)}\n`;
  if (!isGrouped)
    return `${title}\n${results.map((result) => resultItem(result, markMatches, true)).join("")}`;
  return `${title}${groupByFile(results)
    .map(
      ({ file, results: hits }) =>
        `\n## ${escapeMarkdown(file)}\n\n${hits.map((result) => resultItem(result, markMatches, false)).join("")}`,
    )
    .join("")}`;
}

function countOf({ results, total, totalIs }: ResultPage): string {
  const shown = countHits(results);
  if (shown >= total) return pluralize(total, "hit");
  return totalIs === "ranked"
    ? `${shown} of the best ${formatNumber(total)}`
    : `${shown} of ${pluralize(total, "hit")}`;
}

function resultItem(result: SearchResult, markMatches: TextMarker, withFile: boolean): string {
  const { number, file, url, startMs, text, before, after, explain, folded } = result;
  const momentLink = `[${withFile ? `${escapeMarkdown(file)} ` : ""}${formatTimestamp(startMs)}](${url ?? href(file, startMs)})`;
  const said = (line: string): string =>
    markMatches(stripControls(line))
      .map((piece) =>
        piece.matched ? `**${escapeMarkdown(piece.text)}**` : escapeMarkdown(piece.text),
      )
      .join("");
  const around = (line: ResultLine): string =>
    `${formatTimestamp(line.startMs)} ${speakerPrefix(line)}${said(line.text)}`;
  const quote = [
    ...before.map(around),
    `${speakerPrefix(result)}${said(text)}`,
    ...after.map(around),
  ];
  const more = folded.length === 0 ? "" : ` (+${folded.length} here)`;
  return `${number}. ${momentLink}${more}  \n${quote.map((one) => `   ${one}`).join("  \n")}\n${explain === null ? "" : `   <!-- ${explainText(explain)} -->\n`}`;
}

/**
 * A transcript to read: a paragraph for each turn of a speaker, with the time at which it begins.
 */
export function transcriptMarkdown(
  file: string,
  facts: readonly string[],
  lines: readonly ResultLine[],
): string {
  const turns: { startMs: number; speaker: string | null; texts: string[] }[] = [];
  for (const { startMs, speaker, text } of lines) {
    const last = turns.at(-1);
    if (last && last.speaker === speaker && last.texts.length < MAX_TURN) last.texts.push(text);
    else turns.push({ startMs, speaker, texts: [text] });
  }
  const paragraphs = turns.map(
    ({ startMs, speaker, texts }) =>
      `[${formatTimestamp(startMs)}](${href(file, startMs)}) ${speaker === null ? "" : `**${escapeMarkdown(speaker)}:** `}${escapeMarkdown(texts.join(" "))}\n`,
  );
  return `# ${escapeMarkdown(file)}\n\n${facts.map(escapeMarkdown).join(" · ")}\n\n${paragraphs.join("\n")}`;
}

/** How many segments a paragraph has at most, so that a text of one speaker has paragraphs too. */
const MAX_TURN = 8;

/** Formats a table as GitHub Flavored Markdown. */
export function tableMarkdown(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => escapeMarkdown(cell)).join(" | ")} |\n`;
  return `${line(columns)}|${columns.map(() => "---|").join("")}\n${rows.map(line).join("")}`;
}

const speakerPrefix = ({ speaker }: ResultLine): string =>
  speaker === null ? "" : `*${escapeMarkdown(speaker)}:* `;
const href = (file: string, startMs: number): string =>
  `${file
    .toWellFormed()
    .replaceAll("\\", "/")
    .split("/")
    .map(encodeURIComponent)
    .join("/")
    .replace(/[()]/g, (c) => (c === "(" ? "%28" : "%29"))}#t=${Math.floor(startMs / 1000)}`;
const escapeMarkdown = (text: string): string =>
  stripControls(text)
    .replace(/[\\`*_{}[\]<>#|~&]/g, "\\$&")
    .replace(/^(\d+)([.)])/, "$1\\$2")
    .replace(/^([-+])/, "\\$1");
