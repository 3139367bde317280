import { mkdir } from "node:fs/promises";
import { basename, extname, join, resolve } from "node:path";
import { mustNotBeRecording } from "../../app/clip-target.ts";
import type { CommandContext } from "../../cli/command.ts";
import { MediasearchError, toMediasearchError } from "../../errors.ts";
import { expandHome, nameOf } from "../../location.ts";
import { type ClipResult, outputFormat } from "../../media/clip/job.ts";
import type { SearchResult } from "../../results/search-result.ts";
import { formatJson, formatNumber, formatTimestamp, pluralize } from "../../text/format.ts";
import { stripControls } from "../../text/strip-controls.ts";
import { styler } from "../../terminal/style.ts";
import {
  clipRanges,
  type ClipRequestOptions,
  type Cuttable,
  cutRanges,
  inOrder,
  withFetched,
  withTracks,
} from "./clip.ts";
import { mustBeMedia } from "./play.ts";

interface CutClip {
  readonly result: SearchResult;
  readonly output: string;
  readonly clip: ClipResult;
}

interface LeftOut {
  readonly result: SearchResult;
  readonly reason: string;
}

/**
 * Cuts each hit into a file of its own, which is named by the recording and the time.
 * @returns 3 when some could not be cut and were left out.
 */
export async function cutIntoFolder(
  { results, momentTotal, catalog, wordsOf }: Cuttable,
  to: string,
  options: ClipRequestOptions,
  context: CommandContext,
): Promise<number> {
  if (results.length === 0) throw new MediasearchError("NOT_FOUND", "nothing found to cut");
  const folder = resolve(context.io.cwd, expandHome(to));
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw toMediasearchError(error, folder);
  });
  const [cut, left]: [CutClip[], LeftOut[]] = [[], []];
  const usable: SearchResult[] = [];
  for (const result of inOrder(results, options))
    await mustBeMedia(result).then(
      () => usable.push(result),
      (error: unknown) => left.push({ result, reason: (error as Error).message }),
    );
  await withFetched(usable, folder, context, async (pathOf) => {
    const taken = new Set<string>();
    for (const result of usable) {
      try {
        const output = freeName(
          join(folder, await clipName(result, pathOf(result.path), context)),
          taken,
        );
        await mustNotBeRecording(output, catalog);
        const words = new Map([[result.path, await wordsOf(result.path)]]);
        const hasPicture = outputFormat(output).video !== null;
        const own = { ...options, titles: options.titles && hasPicture };
        const heard = await withTracks(clipRanges([result], own, words), catalog);
        const ranges = heard.map((range) => ({ ...range, path: pathOf(range.path) }));
        const isFast = !options.isExact && !own.titles;
        const clip = await cutRanges(ranges, output, { ...own, isFast }, context);
        cut.push({ result, output, clip });
      } catch (error) {
        context.io.signal.throwIfAborted();
        left.push({ result, reason: toMediasearchError(error).message });
      }
    }
  });
  if (options.format === "json") printJson(folder, cut, left, context);
  else printCut(to, cut, left, { shown: results.length, momentTotal }, context);
  return left.length > 0 ? 3 : 0;
}

/** Signs that some system takes for more than a part of a name. */
const NO_NAME = /[\\/:*?"<>|]/g;
const MAX_NAME = 150;

/** `talk_0-01-07.mp4`: the ending of the recording where clips can be that, else a usual one. */
async function clipName(
  { path, startMs }: SearchResult,
  local: string,
  context: CommandContext,
): Promise<string> {
  const name = nameOf(path);
  const ending = extname(name).toLowerCase();
  const stem = stripControls(basename(name, extname(name))).replaceAll(NO_NAME, "_");
  const time = formatTimestamp(startMs).replaceAll(":", "-");
  return `${stem.slice(0, MAX_NAME)}_${time}${isClipEnding(ending) ? ending : await usualEnding(local, context)}`;
}

function isClipEnding(ending: string): boolean {
  try {
    return outputFormat(`clip${ending}`) !== undefined;
  } catch {
    return false;
  }
}

async function usualEnding(local: string, { io }: CommandContext): Promise<string> {
  const [{ probeSource }, { packageAt }, { joinFiles }] = await Promise.all([
    import("../../media/source.ts"),
    import("../../media/packages/folder-package.ts"),
    import("../../media/joined.ts"),
  ]);
  io.signal.throwIfAborted();
  const found = await packageAt(local);
  if (found && found.shown.length > 0) return ".mp4";
  const media = found ? await joinFiles(found.parts, local) : local;
  return (await probeSource(media)).video ? ".mp4" : ".m4a";
}

/** Recordings of one name in two folders may have a hit at the same second. */
function freeName(path: string, taken: Set<string>): string {
  const ending = extname(path);
  let free = path;
  for (let i = 2; taken.has(free.toLowerCase()); i++)
    free = `${path.slice(0, -ending.length)}_${i}${ending}`;
  taken.add(free.toLowerCase());
  return free;
}

/** As docs/schemas/clips.v1.json describes it. */
function printJson(
  folder: string,
  cut: readonly CutClip[],
  left: readonly LeftOut[],
  { io }: CommandContext,
): void {
  const clips = cut.map(({ result, output, clip }) => ({
    hit: result.number,
    file: result.path,
    displayFile: result.file,
    output,
    durationMs: clip.durationMs,
    how: clip.how,
  }));
  const leftOut = left.map(({ result, reason }) => ({
    hit: result.number,
    file: result.path,
    displayFile: result.file,
    reason,
  }));
  io.stdout.write(`${formatJson({ version: 1, folder, clips, leftOut })}\n`);
}

function printCut(
  to: string,
  cut: readonly CutClip[],
  left: readonly LeftOut[],
  { shown, momentTotal }: { readonly shown: number; readonly momentTotal: number },
  { io }: CommandContext,
): void {
  const paint = styler(io.stderr, io.env);
  for (const { output } of cut) io.stdout.write(`${stripControls(join(to, basename(output)))}\n`);
  for (const { result, reason } of left)
    io.stderr.write(
      `${paint("yellow", "warning:")} hit ${result.number} left out: ${stripControls(reason)}\n`,
    );
  const seconds = cut.reduce((sum, { clip }) => sum + clip.durationMs, 0) / 1000;
  io.stderr.write(
    `${paint("cyan", stripControls(to))}  ${pluralize(cut.length, "clip")}, ${seconds.toFixed(1)} s\n`,
  );
  if (shown < momentTotal)
    io.stderr.write(
      `${pluralize(shown, "hit")} of ${formatNumber(momentTotal)} taken; --limit takes more\n`,
    );
}
