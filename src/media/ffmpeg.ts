import type * as nodeAv from "node-av/lib";
import type { FormatContext, Stream } from "node-av/lib";
import { MediasearchError } from "../errors.ts";

/** The module itself, as a type only: it is heavy. */
export type Library = typeof nodeAv;

let library: Promise<Library> | undefined;

/** FFmpeg through node-av's synchronous calls: six times as fast as a promise a frame. Its own log stays silent. */
export function ffmpeg(): Promise<Library> {
  library ??= import("node-av/lib").then((av) => {
    const quiet = -8; // AV_LOG_QUIET
    av.Log.setLevel(quiet as Parameters<typeof av.Log.setLevel>[0]);
    return av;
  });
  return library;
}

/** AVDISCARD_ALL of avcodec's defs.h: packets of such a stream are passed over. */
export const DISCARD_ALL = 48;

export const unreadable = (path: string, reason: string, cause?: unknown): MediasearchError =>
  new MediasearchError("UNREADABLE_MEDIA", `${path}: ${reason}`, { subject: path, cause });

/** Opens a local file and finds its streams. The caller frees the context with `closeInputSync`. */
export async function openInput(path: string): Promise<{ av: Library; input: FormatContext; streams: readonly Stream[] }> {
  const av = await ffmpeg();
  const input = new av.FormatContext();
  // The prefix keeps names like "12:30.mp3" or "concat:x" from being read as protocols.
  const opened = input.openInputSync(`file:${path}`, null, null);
  if (opened < 0) throw unreadable(path, "not a media file, or damaged at its start");
  try {
    if (input.findStreamInfoSync(null) < 0) throw unreadable(path, "damaged: no stream can be read");
    return { av, input, streams: input.streams ?? [] };
  } catch (error) {
    input.closeInputSync();
    throw error;
  }
}

const AV_NOPTS = -(2n ** 63n);

/** Time stamps in a stream's own units to milliseconds; null where the file gives none. */
export function toMs(value: bigint, { num, den }: { readonly num: number; readonly den: number }): number | null {
  if (value === AV_NOPTS || den === 0) return null;
  return (Number(value) * 1000 * num) / den;
}
