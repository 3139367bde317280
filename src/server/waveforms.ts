import { stat } from "node:fs/promises";
import { toMediasearchError } from "../errors.ts";
import type { Waveform } from "../media/waveform/job.ts";
import { Overloaded } from "./reads/pool.ts";

/** Waveforms of files, made one at a time and remembered. */
export interface Waveforms {
  /** @throws UNREADABLE_MEDIA; NOT_FOUND when the file is gone; Overloaded. */
  of(path: string): Promise<{ readonly waveform: Waveform; readonly key: string }>;
}

/** An hour takes 144 KB. */
const MAX_KEPT = 50;
/** Each takes as long as its recording is to decode. */
const MAX_WAITING = 100;

export function createWaveforms(
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Waveforms {
  const kept = new Map<string, Promise<Waveform>>();
  let running: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return {
    async of(path) {
      const { size, mtimeMs } = await stat(path).catch((error: unknown) => {
        throw toMediasearchError(error, path);
      });
      const key = `${size.toString(36)}-${Math.round(mtimeMs).toString(36)}`;
      const name = `${key}\0${path}`;
      const cached = kept.get(name);
      if (cached) return { waveform: await cached, key };
      if (waiting >= MAX_WAITING) throw new Overloaded("too many waveforms are waiting");
      waiting++;
      const making = running.then(async () => {
        const { makeWaveform } = await import("../media/waveform/make.ts");
        return makeWaveform(path, { env, signal });
      });
      running = making.catch(() => {}).finally(() => waiting--);
      kept.set(name, making);
      making.catch(() => kept.delete(name));
      const [oldest] = kept.keys();
      if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
      return { waveform: await making, key };
    },
  };
}
