import { quoteShellWord } from "../shell-words.ts";
import { archivedTranscript } from "../app/library/edits.ts";
import type { Backend } from "../backends/backend.ts";
import type { AssetStatus } from "../backends/catalog.ts";
import { readEditsOf } from "../backends/edits.ts";
import { MediasearchError } from "../errors.ts";
import { wordCues } from "../text/word-cues.ts";
import { formatSrt, formatWebvtt } from "../media/captions/write.ts";
import { formatJson, formatTimestamp } from "../text/format.ts";
import { styler } from "../terminal/style.ts";
import { stripControls } from "../text/strip-controls.ts";
import { transcriptMarkdown } from "../results/markdown.ts";
import { ndjson, formatTable } from "../results/records.ts";
import type { Segment } from "../types.ts";
import {
  type OtherTranscript,
  readTranscript,
  timeWords,
  toTimedLine,
  transcriptRecord,
} from "../app/transcript.ts";
import { toLine } from "../results/search-result.ts";
import { type FlagsOf, hasFlag, integerFlag } from "../cli/flags.ts";
import { type Command } from "../cli/command.ts";
import type { TRANSCRIPT_SPEC } from "../cli/specs/searching.ts";
import { chosenFormat, tableOptions } from "../cli/output-format.ts";
import { readableLibrary } from "../app/search/read-view.ts";
import { parseTimeRange } from "../app/time-range.ts";

const LINES_AROUND = 3;

export const run: Command<typeof TRANSCRIPT_SPEC> = async ([name = ""], flags, context) => {
  const { io } = context;
  const format = chosenFormat(flags);
  const { isRaw } = tableOptions(flags, format);
  const timeRange = flags.at === undefined ? undefined : parseTimeRange("--at", flags.at);
  const linesAround = integerFlag(flags, "context", 0, 10_000);
  if (linesAround !== undefined && timeRange === undefined)
    throw new MediasearchError("USAGE", "--context: lines around which moment? --at says it", {
      subject: "--context",
      hint: `mediasearch transcript ${quoteShellWord(name)} --at 1:23 -C ${linesAround}`,
    });
  const backend = await context.openBackend(false);
  try {
    const request = {
      file: name,
      around: timeRange && { at: timeRange, lines: linesAround ?? LINES_AROUND },
    };
    const {
      asset,
      file,
      segments: lines,
      nearest,
    } = await readTranscript(
      await readableLibrary(backend, context.tell),
      io.cwd,
      request,
      otherTranscript(flags, backend),
    );
    const hasWords = format === "json" || format === "ndjson" || hasFlag(flags, "words");
    const segments = hasWords ? await timeWords(lines, asset.fingerprint, backend.records) : lines;
    if (format === "text") {
      const paint = styler(io.stdout, io.env);
      for (const segment of segments)
        io.stdout.write(`${textLine(segment, paint, segment === nearest)}\n`);
      if (segments.length === 0) io.stderr.write(`${stripControls(file)}: nothing is said in it\n`);
    } else io.stdout.write(asFormat(format, isRaw, file, asset, asCues(segments, format, flags)));
    return 0;
  } finally {
    await backend.close();
  }
};

/** The transcript that is asked for where it is not the current one. */
function otherTranscript(
  flags: FlagsOf<typeof TRANSCRIPT_SPEC>,
  { library, records }: Backend,
): ((current: AssetStatus) => Promise<OtherTranscript>) | undefined {
  const number = integerFlag(flags, "number", 1, 10_000) ?? 1;
  if (hasFlag(flags, "archived"))
    return async ({ id }) => {
      const archived = await archivedTranscript(library, id, number);
      return { facts: archived, segments: archived.segments };
    };
  if (!hasFlag(flags, "original")) return undefined;
  return async (current) => {
    const base = (await readEditsOf(records, current))?.base;
    if (base) return { facts: base, segments: base.segments };
    const all = await library.versions.readSegments(current.id, 0, Number.MAX_SAFE_INTEGER);
    return { facts: current, segments: all };
  };
}

/** Cues of single words with `--words`, for players that show one after another. */
const asCues = (
  segments: readonly Segment[],
  format: string,
  flags: FlagsOf<typeof TRANSCRIPT_SPEC>,
): readonly Segment[] =>
  hasFlag(flags, "words") && (format === "srt" || format === "vtt")
    ? segments.flatMap(wordCues)
    : segments;

function textLine(
  { startMs, speaker, text }: Segment,
  paint: ReturnType<typeof styler>,
  isNearest: boolean,
): string {
  const said = isNearest ? paint("bold", stripControls(text)) : stripControls(text);
  return `${paint("green", formatTimestamp(startMs))}  ${speaker === null ? "" : `${paint("magenta", stripControls(speaker))}: `}${said}`;
}

function asFormat(
  format: string,
  isRaw: boolean,
  file: string,
  asset: AssetStatus,
  segments: readonly Segment[],
): string {
  const rows = segments.map((segment) => ({ ...toLine(segment) }));
  const { origin, engine, language, durationMs } = asset;
  if (format === "srt") return formatSrt(segments);
  if (format === "vtt") return formatWebvtt(segments);
  if (format === "ndjson") return ndjson(segments.map(toTimedLine));
  if (format === "csv" || format === "tsv")
    return formatTable(["startMs", "endMs", "speaker", "text"], rows, { format, isRaw });
  if (format === "json") return `${formatJson(transcriptRecord(asset, file, segments))}\n`;
  const facts = [
    durationMs === null ? "" : formatTimestamp(durationMs),
    origin === "asr" ? `recognised by ${engine}` : "from captions",
    language === null || language === "und" ? "" : language,
  ];
  return transcriptMarkdown(file, facts.filter(Boolean), segments);
}
