import { quoteShellWord } from "../../shell-words.ts";
import { access } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { MediasearchError, toMediasearchError } from "../../errors.ts";
import { sightOf } from "../../file-cage.ts";
import { startChild } from "../../supervised-child.ts";
import { moveIntoPlace, withUnfinishedFolder } from "../../unfinished.ts";
import { childLimits } from "../child-limits.ts";
import { packageAt } from "../packages/folder-package.ts";
import { fileIdentity } from "../file-identity.ts";
import {
  type ClipJob,
  type ClipResult,
  OUTPUT_NAME,
  type OutputFormat,
  outputFormat,
  type ClipRange,
  type ClipReply,
} from "./job.ts";

export interface ClipOptions {
  readonly isFast: boolean;
  /** Replace a file that is there. */
  readonly force: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly onProgress?: (doneMs: number) => void;
  /** What is made; the ending of the file says it unless given. */
  readonly output?: OutputFormat;
}

// In a checkout the sources run as they are; the package has compiled files only.
const CLIP_WORKER_SCRIPT = new URL(
  import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js",
  import.meta.url,
);

/**
 * Cuts pieces of files and joins them into a new file. The file is there when it is whole, or not
 * at all.
 * @throws USAGE when the file is there already or its ending says nothing, UNREADABLE_MEDIA,
 * WORKER_CRASHED, NO_SPACE.
 */
export async function makeClip(
  ranges: readonly ClipRange[],
  to: string,
  options: ClipOptions,
): Promise<ClipResult> {
  const output = options.output ?? outputFormat(to);
  await refuseOverwriting(ranges, to, options.force);
  const whole = await Promise.all(ranges.map(withParts));
  return withUnfinishedFolder(dirname(to), async (path) => {
    const folder = { path, identity: await fileIdentity(path) };
    const result = await cutInChild(
      { ranges: whole, to, folder, output, isFast: options.isFast },
      options,
    );
    if (!(await moveIntoPlace(join(path, OUTPUT_NAME), to, options.force))) throw existsError(to);
    return result;
  });
}

/** Manifests are read here: the process that cuts sees nothing but the files that it is given. */
async function withParts(range: ClipRange): Promise<ClipRange> {
  const found = await packageAt(range.path);
  return found ? { ...range, parts: { heard: found.parts, shown: found.shown } } : range;
}

const filesOf = ({ path, parts }: ClipRange): readonly string[] =>
  parts ? [...parts.heard, ...parts.shown] : [path];

async function refuseOverwriting(
  ranges: readonly ClipRange[],
  to: string,
  force: boolean,
): Promise<void> {
  await access(dirname(to)).catch(() => {
    throw new MediasearchError("NOT_FOUND", `${dirname(to)}: there is no such folder`, {
      subject: to,
      hint: `mkdir -p ${quoteShellWord(dirname(to))}`,
    });
  });
  const there = await fileIdentity(to);
  if (there === undefined) return;
  for (const { path } of ranges)
    if ((await fileIdentity(path)) === there)
      throw new MediasearchError(
        "USAGE",
        `${to}: is one of the recordings; a clip never takes the place of its source`,
        { subject: to },
      );
  if (!force) throw existsError(to);
}

const existsError = (to: string): MediasearchError =>
  new MediasearchError("USAGE", `${to}: is there already`, {
    subject: to,
    hint: "--force replaces it",
  });

async function cutInChild(
  job: ClipJob,
  { env, signal, onProgress }: ClipOptions,
): Promise<ClipResult> {
  signal.throwIfAborted();
  const child = startChild<ClipJob, ClipReply>(CLIP_WORKER_SCRIPT, env, {
    withoutNetwork: true,
    sight: sightOf(
      job.ranges.flatMap(filesOf).map((path) => resolve(path)),
      { writable: [resolve(job.folder.path)] },
    ),
  });
  try {
    return await child.converse<ClipResult>(job, {
      signal,
      crashed: (how) => clipCrashedError(job, how),
      limits: childLimits(job.to, "cut"),
      onReply: (reply, turn) => {
        if (reply.type === "progress") onProgress?.(reply.doneMs);
        else if (reply.type === "done") turn.answer(reply.result);
        else {
          const { code, message, ...details } = reply.failure;
          turn.fail(new MediasearchError(code, message, details));
        }
      },
    });
  } catch (error) {
    throw signal.aborted ? error : toMediasearchError(error);
  } finally {
    // Only when it has gone is its file nobody's.
    await child.end(0);
  }
}

function clipCrashedError({ ranges }: ClipJob, how: string): MediasearchError {
  const [range] = ranges;
  return new MediasearchError(
    "WORKER_CRASHED",
    `${ranges.length === 1 ? range?.path : "the clip"}: the process that cut it ${how}`,
    { hint: "a recording may be damaged; try the hits one by one with --clip" },
  );
}
