import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MediasearchError, toMediasearchError } from "../errors.ts";
import { type OutputFormat, PIECE_FORMAT, STILL_FORMAT, STILL_MS } from "../media/clip/job.ts";
import { Overloaded } from "./reads/pool.ts";

/** Length of a piece of a stream. Milliseconds. */
export const PIECE_MS = 10_000;

/** Parts of recordings in forms that every browser shows, made when they are asked for. */
export interface Renditions {
  /**
   * The file of a piece: the sound and picture from `piece` times PIECE_MS on, as MP4.
   * @throws UNREADABLE_MEDIA, NOT_FOUND, Overloaded; the signal's reason when everybody who asked
   * for it had gone before its turn came.
   */
  piece(path: string, piece: number, signal: AbortSignal): Promise<string>;
  /** The file of the picture at that time, as JPEG. @throws as `piece` */
  still(path: string, atMs: number, signal: AbortSignal): Promise<string>;
  close(): Promise<void>;
}

interface Wanted {
  readonly path: string;
  readonly startMs: number;
  readonly lengthMs: number;
  readonly output: OutputFormat;
  readonly signal: AbortSignal;
}

/** What is kept on the disk: some 300 MB of pieces at most. */
const MAX_KEPT = 300;
const MAX_WAITING = 100;

/** Those who wait for one part and have not gone. */
interface Audience {
  size: number;
}

function enter(audience: Audience, signal: AbortSignal): void {
  if (signal.aborted) return;
  audience.size++;
  signal.addEventListener("abort", () => audience.size--, { once: true });
}

interface Kept {
  readonly made: Promise<string>;
  readonly audience: Audience;
}

interface Line {
  waiting: number;
  last: Promise<unknown>;
}

/** One of each kind is made at a time, so that neither pictures nor streams wait for the other. */
export function createRenditions(
  env: Readonly<Record<string, string | undefined>>,
  stopping: AbortSignal,
): Renditions {
  const kept = new Map<string, Kept>();
  const lines = new Map<OutputFormat, Line>();
  let folder: Promise<string> | undefined;
  let names = 0;

  async function make({ path, startMs, lengthMs, output }: Wanted): Promise<string> {
    const { makeClip } = await import("../media/clip/make.ts");
    folder ??= mkdtemp(join(tmpdir(), "mediasearch-parts-"));
    const to = join(await folder, `${++names}.${output.audio === null ? "jpg" : "mp4"}`);
    const range = { path, startMs, endMs: startMs + lengthMs, title: null };
    await makeClip([range], to, { isFast: false, force: false, env, signal: stopping, output });
    return to;
  }

  /** Makes it in its turn; when everybody has gone by then, nothing is made. */
  async function inTurn(wanted: Wanted, audience: Audience): Promise<string> {
    const line = lines.get(wanted.output) ?? { waiting: 0, last: Promise.resolve() };
    lines.set(wanted.output, line);
    if (line.waiting >= MAX_WAITING) throw new Overloaded("too many parts are waiting");
    line.waiting++;
    const making = line.last.then(async () => {
      if (audience.size === 0) wanted.signal.throwIfAborted();
      return make(wanted);
    });
    line.last = making.catch(() => {}).finally(() => line.waiting--);
    return making;
  }

  function forgetOld(): void {
    for (const [name, { made }] of kept) {
      if (kept.size <= MAX_KEPT) return;
      kept.delete(name);
      void made.then((path) => rm(path, { force: true })).catch(() => {});
    }
  }

  async function once(wanted: Wanted): Promise<string> {
    const { path, startMs, output, signal } = wanted;
    const { size, mtimeMs } = await stat(path).catch((error: unknown) => {
      throw toMediasearchError(error, path);
    });
    const name = JSON.stringify([path, size, mtimeMs, startMs, output.muxer]);
    const there = kept.get(name);
    const audience = there?.audience ?? { size: 0 };
    enter(audience, signal);
    const made = there?.made ?? inTurn(wanted, audience);
    // The least recently asked for are first.
    kept.delete(name);
    kept.set(name, { made, audience });
    if (!there) made.catch(() => kept.delete(name));
    forgetOld();
    return made;
  }

  return {
    piece: (path, piece, signal) =>
      once({
        path,
        startMs: piece * PIECE_MS,
        lengthMs: PIECE_MS,
        output: PIECE_FORMAT,
        signal,
      }),
    still: (path, atMs, signal) =>
      once({ path, startMs: atMs, lengthMs: STILL_MS, output: STILL_FORMAT, signal }),
    async close() {
      await Promise.allSettled([...lines.values()].map(({ last }) => last));
      if (folder) await rm(await folder, { recursive: true, force: true });
    },
  };
}

/** @throws NOT_FOUND for a time beyond the end of a recording. */
export function refuseBeyond(fileId: string, atMs: number, durationMs: number | null): void {
  if (durationMs === null || atMs < durationMs) return;
  throw new MediasearchError("NOT_FOUND", `${fileId}: the recording is over by then`, {
    subject: fileId,
  });
}
