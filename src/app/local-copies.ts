import { open } from "node:fs/promises";
import { extname, join } from "node:path";
import { MediasearchError } from "../errors.ts";
import { isRemote, type Location, nameOf } from "../location.ts";
import type { ByteSource } from "../media/byte-source.ts";
import { withUnfinishedFolder } from "../unfinished.ts";
import type { Context } from "./context.ts";

const CHUNK_BYTES = 4_000_000;

export interface CopyOptions {
  /** A folder with room for what is fetched; it is left as it was. */
  readonly folder: string;
  readonly onProgress?: (location: Location, doneBytes: number, totalBytes: number) => void;
}

/**
 * Brings recordings of object stores to this machine while `act` runs, which is told where each is:
 * files of this machine are where they were.
 */
export async function withLocalCopies<T>(
  locations: readonly Location[],
  context: Pick<Context, "openSources" | "signal">,
  { folder, onProgress = () => {} }: CopyOptions,
  act: (pathOf: (location: Location) => string) => Promise<T>,
): Promise<T> {
  const remote = [...new Set(locations)].filter(isRemote);
  if (remote.length === 0) return act((location) => location);
  const sources = await context.openSources();
  return withUnfinishedFolder(folder, async (own) => {
    const copies = new Map<Location, string>();
    for (const [i, location] of remote.entries()) {
      const source = await sources.of(location).open(location, undefined, context.signal);
      if (typeof source === "string") continue;
      if (source.sizeBytes === 0)
        throw new MediasearchError("NOT_FOUND", `${location}: is there no more, or empty`, {
          subject: location,
          hint: "mediasearch index   (sees what is gone)",
        });
      const path = join(own, `${i}${extname(nameOf(location))}`);
      await writeCopy(source, path, context.signal, (doneBytes) =>
        onProgress(location, doneBytes, source.sizeBytes),
      );
      copies.set(location, path);
    }
    return act((location) => copies.get(location) ?? location);
  });
}

/** Writes all of it into a new file that only this user reads. */
export async function writeCopy(
  source: ByteSource,
  path: string,
  signal: AbortSignal,
  onProgress: (doneBytes: number) => void = () => {},
): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    for (let at = 0; at < source.sizeBytes;) {
      signal.throwIfAborted();
      const bytes = await source.read(at, Math.min(CHUNK_BYTES, source.sizeBytes - at));
      await file.writeFile(bytes);
      at += bytes.length;
      onProgress(at);
    }
  } finally {
    await file.close();
  }
}
