import { quoteShellWord } from "../shell-words.ts";
import type { AssetId, AssetStatus } from "../backends/catalog.ts";
import type { ReadableLibrary } from "../backends/library.ts";
import type { Records } from "../backends/records.ts";
import { withWordTimes } from "../backends/word-times.ts";
import { MediasearchError, toMediasearchError } from "../errors.ts";
import { toLine } from "../results/search-result.ts";
import type { Segment, WordTime } from "../types.ts";
import { displayPath } from "./display-path.ts";
import { findAsset } from "./find-asset.ts";
import type { TranscriptRequest } from "./requests.ts";
import type { TimeRange } from "./time-range.ts";

export interface AssetTranscript {
  readonly asset: AssetStatus;
  /** The path of the file as its user would write it. */
  readonly file: string;
  /** The lines of the part, in order. */
  readonly segments: readonly Segment[];
  /** The line that `around` means; undefined without it and in an empty transcript. */
  readonly nearest: Segment | undefined;
}

/** A transcript of a file that is not the current one. */
export interface OtherTranscript {
  readonly facts: Pick<
    AssetStatus,
    "fingerprint" | "origin" | "engine" | "language" | "durationMs"
  >;
  readonly segments: readonly Segment[];
}

/**
 * Reads what is said in one file.
 * @param cwd where a relative path starts.
 * @param readOther reads another transcript of the file than the current one.
 * @throws NOT_FOUND for a file that is not in the library or not indexed yet; USAGE when several
 * files match.
 */
export async function readTranscript(
  library: Pick<ReadableLibrary, "catalog" | "versions">,
  cwd: string,
  { file: name, fromMs, untilMs, around }: TranscriptRequest,
  readOther?: (current: AssetStatus) => Promise<OtherTranscript>,
): Promise<AssetTranscript> {
  const current = await findAsset(library.catalog, name, cwd);
  const other = await readOther?.(current);
  const asset = other ? withFacts(current, other) : current;
  const file = displayPath(asset.id, cwd);
  if (asset.fingerprint === null)
    throw new MediasearchError(
      "NOT_FOUND",
      `${file}: ${asset.error ?? "registered, but not indexed yet"}`,
      { subject: file, hint: `mediasearch index ${quoteShellWord(file)}` },
    );
  const all =
    other?.segments ?? (await library.versions.readSegments(asset.id, 0, Number.MAX_SAFE_INTEGER));
  const within = segmentsWithin(all, fromMs, untilMs);
  const nearest = around && nearestSegment(within, around.at);
  const segments = nearest ? linesAround(within, nearest, around.lines) : within;
  return { asset, file, segments, nearest };
}

function withFacts(current: AssetStatus, { facts }: OtherTranscript): AssetStatus {
  const { fingerprint, origin, engine, language, durationMs } = facts;
  return { ...current, fingerprint, origin, engine, language, durationMs };
}

/**
 * The lines of a file with their words, as far as these are known; without words while the cluster
 * that holds them is away.
 */
export const timeWords = (
  lines: readonly Segment[],
  fingerprint: string | null,
  records: Pick<Records, "get">,
): Promise<readonly Segment[]> =>
  withWordTimes(records, fingerprint ?? "", lines).catch((error: unknown) => {
    if (toMediasearchError(error).code !== "UNREACHABLE") throw error;
    return lines;
  });

/** Every word of a file whose time is known. */
export async function readWords(
  { catalog, versions }: Pick<ReadableLibrary, "catalog" | "versions">,
  records: Pick<Records, "get">,
  id: AssetId,
): Promise<readonly WordTime[]> {
  const asset = await catalog.get(id);
  const lines = await versions.readSegments(id, 0, Number.MAX_SAFE_INTEGER);
  const timed = await timeWords(lines, asset?.fingerprint ?? null, records);
  return timed.flatMap(({ words = [] }) => words);
}

/** A line with its words, where their times are known and were read. */
export const toTimedLine = (segment: Segment) => ({
  ...toLine(segment),
  ...(segment.words ? { words: segment.words } : {}),
});

/** A transcript, or a part of it, as programs get it: docs/schemas/transcript.v1.json. */
export const transcriptRecord = (
  { id, origin, engine, language, durationMs }: AssetStatus,
  displayFile: string,
  segments: readonly Segment[],
) => ({
  version: 1,
  file: id,
  displayFile,
  origin,
  engine,
  language,
  durationMs,
  segments: segments.map(toTimedLine),
});

/**
 * Finds the segment that begins within a range of time, else the one that is being said at its
 * start, else the one nearest in time. A segment is no longer said at the time where it ends.
 */
export function nearestSegment(segments: readonly Segment[], at: TimeRange): Segment | undefined {
  let nearest: Segment | undefined;
  let leastMs = Infinity;
  for (const segment of segments) {
    const distanceMs = distanceFrom(segment, at);
    if (distanceMs < leastMs) [nearest, leastMs] = [segment, distanceMs];
  }
  return nearest;
}

/** -1 for a segment that begins within the range, 0 for one that is being said at its start. */
function distanceFrom({ startMs, endMs }: Segment, at: TimeRange): number {
  if (startMs >= at.startMs && startMs < at.endMs) return -1;
  if (at.startMs >= endMs) return at.startMs - endMs + 1;
  return Math.max(startMs - at.startMs, 0);
}

/** The segments that are said between two times, in part or as a whole. */
export const segmentsWithin = (
  segments: readonly Segment[],
  fromMs = 0,
  untilMs = Infinity,
): Segment[] =>
  segments.filter(
    ({ startMs, endMs }) => (startMs >= fromMs || endMs > fromMs) && startMs < untilMs,
  );

function linesAround(segments: readonly Segment[], nearest: Segment, lines: number): Segment[] {
  const position = segments.indexOf(nearest);
  return segments.slice(Math.max(0, position - lines), position + lines + 1);
}
