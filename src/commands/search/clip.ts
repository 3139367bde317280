import { expandHome } from "../../location.ts";
import { basename, dirname, resolve } from "node:path";
import type { ReadableCatalog } from "../../backends/catalog.ts";
import { MediasearchError } from "../../errors.ts";
import type { ClipResult, ClipRange } from "../../media/clip/job.ts";
import {
  formatBytes,
  formatJson,
  formatTimestamp,
  pluralize,
  formatNumber,
} from "../../text/format.ts";
import { styler } from "../../terminal/style.ts";
import { stripControls } from "../../text/strip-controls.ts";
import { createStatusLine } from "../../terminal/status-line.ts";
import type { WordTime } from "../../types.ts";
import { groupByFile, type SearchResult } from "../../results/search-result.ts";
import { requireResult, mustBeMedia } from "./play.ts";
import { heardTrack } from "../../app/assets.ts";
import { mustNotBeRecording } from "../../app/clip-target.ts";
import type { SearchOptions } from "./options.ts";
import type { CommandContext } from "../../cli/command.ts";

/**
 * The time that is added to a sentence so that the clip does not begin in the middle of a breath.
 */
const DEFAULT_PAD_MS = 500;

export type ClipRequestOptions = Pick<
  SearchOptions,
  "padMs" | "isExact" | "force" | "titles" | "format" | "isGrouped"
>;

/** The hits, and the catalogue of the library that they come from. */
export interface Cuttable {
  readonly catalog: ReadableCatalog;
  readonly results: readonly SearchResult[];
  readonly momentTotal: number;
  /** The words of a file with their times, as far as these are known. */
  readonly wordsOf: (path: string) => Promise<readonly WordTime[]>;
}

/** Cuts one hit out of its file. */
export async function clipMoment(
  { results, momentTotal, catalog, wordsOf }: Cuttable,
  number: number,
  to: string,
  options: ClipRequestOptions,
  context: CommandContext,
): Promise<number> {
  const result = requireResult(results, number, momentTotal);
  await mustBeMedia(result);
  await mustNotBeRecording(resolve(context.io.cwd, expandHome(to)), catalog);
  const words = new Map([[result.path, await wordsOf(result.path)]]);
  const [range] = clipRanges([result], options, words);
  if (range)
    await writeClip(
      await withTracks([range], catalog),
      [result],
      to,
      { ...options, isFast: !options.isExact && range.title === null },
      context,
    );
  return 0;
}

/** Joins hits into one file. @returns 3 when some have no media and were left out. */
export async function supercut(
  { results, momentTotal, catalog, wordsOf }: Cuttable,
  to: string,
  options: ClipRequestOptions,
  context: CommandContext,
): Promise<number> {
  const { io } = context;
  const usable: SearchResult[] = [];
  for (const result of inOrder(results, options)) {
    const reason = await mustBeMedia(result).then(
      () => undefined,
      (error: unknown) => (error as Error).message,
    );
    if (reason === undefined) usable.push(result);
    else
      io.stderr.write(
        `${styler(io.stderr, io.env)("yellow", "warning:")} hit ${result.number} left out: ${stripControls(reason)}\n`,
      );
  }
  if (usable.length === 0)
    throw new MediasearchError("NOT_FOUND", nothingToJoin(results.length, momentTotal));
  await mustNotBeRecording(resolve(io.cwd, expandHome(to)), catalog);
  const words = new Map<string, readonly WordTime[]>();
  for (const path of new Set(usable.map((result) => result.path)))
    words.set(path, await wordsOf(path));
  await writeClip(
    await withTracks(clipRanges(usable, options, words), catalog),
    usable,
    to,
    { ...options, isFast: false },
    context,
  );
  if (results.length < momentTotal)
    io.stderr.write(
      `${pluralize(usable.length, "hit")} of ${formatNumber(momentTotal)} joined; --limit takes more\n`,
    );
  return usable.length < results.length ? 3 : 0;
}

/** The sound that was recognised is the one to be heard. */
export const withTracks = async (
  ranges: readonly ClipRange[],
  catalog: ReadableCatalog,
): Promise<readonly ClipRange[]> =>
  Promise.all(
    ranges.map(async (range) => ({
      ...range,
      audioTrack: await heardTrack(range.path, catalog),
    })),
  );

/** As they are printed: by rank, with `--group` file by file. */
export const inOrder = (
  results: readonly SearchResult[],
  { isGrouped }: Pick<ClipRequestOptions, "isGrouped">,
): readonly SearchResult[] =>
  isGrouped ? groupByFile(results).flatMap((group) => group.results) : results;

function nothingToJoin(hitsOnPage: number, total: number): string {
  if (hitsOnPage > 0) return "no hit has a recording to cut";
  return total > 0
    ? `nothing past hit ${formatNumber(total)}, so there is nothing to join`
    : "nothing found, so there is nothing to join";
}

/**
 * The part of a recording around a hit. Padding ends where it would cut a word of a neighbour in
 * two.
 */
function padHit(
  { startMs, endMs }: Pick<SearchResult, "startMs" | "endMs">,
  padMs: number,
  words: readonly WordTime[],
): Pick<ClipRange, "startMs" | "endMs"> {
  const [from, to] = [Math.max(0, startMs - padMs), endMs + padMs];
  const cutBy = (edge: number): WordTime | undefined =>
    words.find((word) => word.startMs < edge && word.endMs > edge);
  return {
    startMs: Math.min(startMs, cutBy(from)?.endMs ?? from),
    endMs: Math.max(endMs, cutBy(to)?.startMs ?? to),
  };
}

/**
 * Pads the hits. Hits of one file that then touch become one range, in the position of the better
 * one.
 */
export function clipRanges(
  results: readonly SearchResult[],
  { padMs = DEFAULT_PAD_MS, titles }: Pick<ClipRequestOptions, "padMs" | "titles">,
  words: ReadonlyMap<string, readonly WordTime[]>,
): ClipRange[] {
  const ranges: ClipRange[] = [];
  for (const { path, startMs, endMs, speaker } of results) {
    let range: ClipRange = {
      path,
      ...padHit({ startMs, endMs }, padMs, words.get(path) ?? []),
      title: titles
        ? stripControls(
            `${basename(path)}  ${formatTimestamp(startMs)}${speaker === null ? "" : `  ${speaker}`}`,
          )
        : null,
    };
    let insertAt = ranges.length;
    for (let i = ranges.length - 1; i >= 0; i--) {
      const other = ranges[i] as ClipRange;
      if (other.path !== path || other.startMs > range.endMs || other.endMs < range.startMs)
        continue;
      range = {
        ...other,
        startMs: Math.min(other.startMs, range.startMs),
        endMs: Math.max(other.endMs, range.endMs),
      };
      ranges.splice(i, 1);
      insertAt = i;
    }
    ranges.splice(insertAt, 0, range);
  }
  return ranges;
}

type CutOptions = ClipRequestOptions & { readonly isFast: boolean };

/** Fetches what lies in object stores, beside where the clips will be, while `act` runs. */
export async function withFetched<T>(
  results: readonly SearchResult[],
  folder: string,
  context: CommandContext,
  act: (pathOf: (location: string) => string) => Promise<T>,
): Promise<T> {
  const { withLocalCopies } = await import("../../app/local-copies.ts");
  const status = createStatusLine(context.io.stderr, context.io.env);
  const onProgress = (location: string, done: number, total: number): void =>
    status.update(
      `fetching ${stripControls(location)}: ${formatBytes(done)} of ${formatBytes(total)}`,
    );
  const locations = results.map(({ path }) => path);
  return withLocalCopies(locations, context, { folder, onProgress }, (pathOf) => {
    status.end();
    return act(pathOf);
  }).finally(() => status.end());
}

/** Cuts ranges of files of this machine into one file. */
export async function cutRanges(
  ranges: readonly ClipRange[],
  to: string,
  { isFast, force, titles }: CutOptions,
  { io }: CommandContext,
): Promise<ClipResult> {
  const [{ makeClip }, { outputFormat }] = await Promise.all([
    import("../../media/clip/make.ts"),
    import("../../media/clip/job.ts"),
  ]);
  if (titles && outputFormat(to).video === null)
    throw new MediasearchError("USAGE", `--titles: ${to} has no picture to write them on`, {
      subject: to,
    });
  const totalMs = ranges.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
  const status = createStatusLine(io.stderr, io.env);
  const onProgress = (doneMs: number): void =>
    status.update(
      `${stripControls(to)}: ${(doneMs / 1000).toFixed(1)} of ${(totalMs / 1000).toFixed(1)} s`,
    );
  try {
    return await makeClip(ranges, resolve(io.cwd, expandHome(to)), {
      isFast,
      force,
      env: io.env,
      signal: io.signal,
      onProgress,
    });
  } finally {
    status.end();
  }
}

async function writeClip(
  ranges: readonly ClipRange[],
  hits: readonly SearchResult[],
  to: string,
  options: CutOptions,
  context: CommandContext,
): Promise<void> {
  const { io } = context;
  const folder = dirname(resolve(io.cwd, expandHome(to)));
  const result = await withFetched(hits, folder, context, (pathOf) =>
    cutRanges(
      ranges.map((range) => ({ ...range, path: pathOf(range.path) })),
      to,
      options,
      context,
    ),
  );
  if (options.format === "json")
    io.stdout.write(
      `${formatJson({ version: 1, output: to, durationMs: result.durationMs, how: result.how, hits: hits.map(({ number }) => number) })}\n`,
    );
  else
    io.stderr.write(
      `${styler(io.stderr, io.env)("cyan", stripControls(to))}  ${describeClip(result, ranges, hits)}\n`,
    );
}

function describeClip(
  { durationMs, how }: ClipResult,
  ranges: readonly ClipRange[],
  hits: readonly SearchResult[],
): string {
  const pieces = ranges.length > 1 ? ` in ${ranges.length} pieces` : "";
  const joined = hits.length > 1 ? `, ${hits.length} hits joined` : "";
  const copied = how === "copied" ? ", copied as it is; --exact cuts to the frame" : "";
  return `${(durationMs / 1000).toFixed(1)} s${pieces}${joined}${copied}`;
}
