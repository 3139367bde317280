import { resolve } from "node:path";
import { MediasearchError } from "../../errors.ts";
import { startChild } from "../../supervised-child.ts";
import { packageAt } from "../packages/folder-package.ts";
import { type ChildBounds, childLimits } from "../child-limits.ts";
import { type Waveform, type WaveformJob, type WaveformReply } from "./job.ts";

export interface WaveformOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Those of a clip, where none are given. */
  readonly bounds?: ChildBounds;
}

// In a checkout the sources run as they are; the package has compiled files only.
const SCRIPT = new URL(
  import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js",
  import.meta.url,
);

/**
 * Measures how loud a recording is over time.
 * @throws UNREADABLE_MEDIA, WORKER_CRASHED, TIMED_OUT, OUT_OF_MEMORY
 */
export async function makeWaveform(
  path: string,
  { env, signal, bounds }: WaveformOptions,
): Promise<Waveform> {
  const parts = (await packageAt(path))?.parts;
  const child = startChild<WaveformJob, WaveformReply>(SCRIPT, env, {
    withoutNetwork: true,
    sight: { media: (parts ?? [path]).map((one) => resolve(one)) },
  });
  try {
    return await child.converse<Waveform>(
      { path, parts },
      {
        signal,
        limits: childLimits(path, "decoded", bounds),
        crashed: (how) =>
          new MediasearchError("WORKER_CRASHED", `${path}: the process that decoded it ${how}`),
        onReply: (reply, turn) => {
          if (reply.type === "done") turn.answer(reply.waveform);
          else if (reply.type === "failed") {
            const { code, message, ...details } = reply.failure;
            turn.fail(new MediasearchError(code, message, details));
          }
        },
      },
    );
  } finally {
    await child.end(0);
  }
}

/** Joins steps into at most so many pairs of values: least and greatest in turn. */
export function reduceWaveform({ peaks, durationMs }: Waveform, points: number): Waveform {
  const steps = peaks.length / 2;
  const count = Math.min(points, steps);
  const reduced = new Int8Array(count * 2);
  for (let point = 0; point < count; point++) {
    const [from, to] = [
      Math.floor((point * steps) / count),
      Math.floor(((point + 1) * steps) / count),
    ];
    let [least, greatest] = [127, -128];
    for (let step = from; step < to; step++) {
      least = Math.min(least, peaks[step * 2] ?? 0);
      greatest = Math.max(greatest, peaks[step * 2 + 1] ?? 0);
    }
    reduced[point * 2] = least;
    reduced[point * 2 + 1] = greatest;
  }
  return { durationMs, peaks: reduced };
}
