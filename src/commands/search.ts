import type { Context } from "../context.ts";
import { MediasearchError } from "../errors.ts";
import { clock, count, type Paint, painter, plain } from "../output.ts";
import type { SearchAnswer } from "../search/answer.ts";
import { filesMatching } from "../search/file-filter.ts";
import { search, type SearchMode } from "../search/hybrid.ts";
import { type Mark, markMatches } from "../search/snippet.ts";
import type { Origin } from "../types.ts";
import { type Command, type Flags, text } from "./command.ts";
import { chosenFormat, csv, ndjson } from "./format.ts";
import { showPath } from "./show-path.ts";

/** One hit as programs get it; the fields of `search --format json` version 1. */
type HitRow = {
  readonly file: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly speaker: string | null;
  readonly text: string;
  readonly score: number;
  readonly origin: Origin;
};

const COLUMNS = ["file", "startMs", "endMs", "speaker", "text", "score", "origin"] as const;
const MOST_HITS = 1000;

export const run: Command = async (words, flags, context) => {
  const query = words.join(" ").trim();
  if (query === "") throw new MediasearchError("USAGE", "nothing to search for", { hint: 'mediasearch search "the budget for next year"' });
  const limit = limitOf(flags);
  const mode = (text(flags, "mode") ?? "hybrid") as SearchMode;
  const backend = await context.openBackend(false);
  try {
    const pattern = text(flags, "file");
    const filter = {
      assets: pattern === undefined ? undefined : await filesMatching(backend.store, pattern, context.io.cwd),
      speaker: text(flags, "speaker"),
    };
    const answer = await search(backend.store, () => context.openEmbedder(), { query, mode, limit, filter });
    print(query, mode, answer, chosenFormat(flags), context);
    return 0;
  } finally {
    await backend.close();
  }
};

function limitOf(flags: Flags): number {
  const given = text(flags, "limit") ?? "10";
  const limit = Number(given);
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_HITS)
    throw new MediasearchError("USAGE", `--limit: must be a whole number from 1 to ${MOST_HITS}, not "${given}"`);
  return limit;
}

function print(query: string, mode: SearchMode, { total, hits, marks }: SearchAnswer, format: string, { io }: Context): void {
  const rows: HitRow[] = hits.map(({ asset, segment, score, origin }) => ({
    file: showPath(asset, io.cwd),
    startMs: segment.startMs,
    endMs: segment.endMs,
    speaker: segment.speaker,
    text: segment.text,
    score: Number(score.toPrecision(6)),
    origin,
  }));
  if (format === "json") io.stdout.write(`${JSON.stringify({ version: 1, query, mode, total, hits: rows })}\n`);
  else if (format === "ndjson") io.stdout.write(ndjson(rows));
  else if (format === "csv") io.stdout.write(csv(COLUMNS, rows));
  else if (rows.length === 0) io.stderr.write("nothing found\n");
  else {
    const paint = painter(io.stdout, io.env);
    io.stdout.write(`${rows.map((row) => hitText(row, marks, paint, io.stdout.columns ?? 100)).join("\n")}\n`);
    if (total > rows.length) io.stderr.write(`${count(rows.length, "hit")} shown of ${total.toLocaleString("en")}; --limit shows more\n`);
  }
}

function hitText(row: HitRow, marks: readonly Mark[], paint: Paint, columns: number): string {
  const marked = markMatches(plain(row.text), marks)
    .map(({ text: piece, matched }) => (matched ? paint(["bold", "yellow"], piece) : piece))
    .join("");
  const speaker = row.speaker === null ? "" : `  ${paint("magenta", plain(row.speaker))}`;
  const origin = row.origin === "asr" ? `  ${paint("dim", "recognised")}` : "";
  const head = `${paint("cyan", plain(row.file))}  ${paint("green", `${clock(row.startMs)}–${clock(row.endMs)}`)}${speaker}${origin}  ${paint("dim", row.score.toFixed(2))}`;
  return `${head}\n${wrap(marked, Math.min(columns, 110) - 4)}\n`;
}

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
