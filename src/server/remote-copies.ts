import { mkdtemp, rm, statfs, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import type { Context } from "../app/context.ts";
import { writeCopy } from "../app/local-copies.ts";
import { MediasearchError } from "../errors.ts";
import { nameOf } from "../location.ts";

/** A recording that is not on this machine, as the library knows it. */
export interface RemoteFile {
  readonly location: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
}

/** Copies of recordings of object stores and of links, for what can only be made of files. */
export interface RemoteCopies {
  /**
   * The copy's path; it is there until `use` has ended.
   * @param mostBytes what it may have at most if it must be fetched first.
   * @throws UNREADABLE_MEDIA when it is larger; NO_SPACE; NOT_FOUND; UNREACHABLE.
   */
  use<T>(file: RemoteFile, mostBytes: number, act: (path: string) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** What all copies take together at most; those that were used longest ago go first. */
const MAX_KEPT_BYTES = 4_000_000_000;
/** Some of the disk is left to others. */
const LEAST_FREE_BYTES = 1_000_000_000;

interface Copy {
  readonly made: Promise<string>;
  readonly sizeBytes: number;
  users: number;
}

/** One is fetched at a time. */
export function createRemoteCopies(
  context: Pick<Context, "openSources" | "signal">,
  maxKeptBytes = MAX_KEPT_BYTES,
): RemoteCopies {
  const copies = new Map<string, Copy>();
  let folder: Promise<string> | undefined;
  let fetching: Promise<unknown> = Promise.resolve();
  let names = 0;

  async function fetchCopy({ location, mtimeMs }: RemoteFile, mostBytes: number): Promise<string> {
    const sources = await context.openSources();
    const source = await sources.of(location).open(location, undefined, context.signal);
    if (typeof source === "string") return source;
    // What the library knows may be old: the source itself says what would be fetched.
    refuseLarge(location, source.sizeBytes, mostBytes);
    folder ??= mkdtemp(join(tmpdir(), "mediasearch-copies-"));
    const { bavail, bsize } = await statfs(await folder);
    if (bavail * bsize < source.sizeBytes + LEAST_FREE_BYTES)
      throw new MediasearchError("NO_SPACE", "there is no room for a copy of the recording", {
        subject: location,
        hint: "make room in the temporary folder (TMPDIR)",
      });
    const path = join(await folder, `${++names}${extname(nameOf(location))}`);
    try {
      await writeCopy(source, path, context.signal);
      // What is made of a file is known by its time: the same of every copy.
      await utimes(path, new Date(mtimeMs), new Date(mtimeMs));
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
    return path;
  }

  function forgetOld(): void {
    let bytes = copies.values().reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    for (const [key, { made, sizeBytes, users }] of copies) {
      if (bytes <= maxKeptBytes) return;
      if (users > 0) continue;
      copies.delete(key);
      bytes -= sizeBytes;
      void made.then((path) => rm(path, { force: true })).catch(() => {});
    }
  }

  function copyOf(key: string, file: RemoteFile, mostBytes: number): Copy {
    const there = copies.get(key);
    if (there) {
      copies.delete(key);
      copies.set(key, there);
      return there;
    }
    refuseLarge(file.location, file.sizeBytes, mostBytes);
    const made = fetching.then(() => fetchCopy(file, mostBytes));
    fetching = made.catch(() => {});
    const copy: Copy = { made, sizeBytes: file.sizeBytes, users: 0 };
    copies.set(key, copy);
    made.catch(() => copies.delete(key));
    return copy;
  }

  return {
    async use(file, mostBytes, act) {
      const key = JSON.stringify([file.location, file.sizeBytes, file.mtimeMs]);
      const copy = copyOf(key, file, mostBytes);
      copy.users++;
      try {
        return await act(await copy.made);
      } finally {
        copy.users--;
        forgetOld();
      }
    },
    async close() {
      await fetching;
      if (folder) await rm(await folder, { recursive: true, force: true });
    },
  };
}

/** @throws UNREADABLE_MEDIA */
function refuseLarge(location: string, sizeBytes: number, mostBytes: number): void {
  if (sizeBytes <= mostBytes) return;
  throw new MediasearchError(
    "UNREADABLE_MEDIA",
    `${nameOf(location)}: is not on this machine and too large to be fetched for this`,
    {
      subject: nameOf(location),
      hint: "play it as it is, or cut it with mediasearch search --clip",
    },
  );
}
