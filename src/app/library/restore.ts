import { quoteShellWord } from "../../shell-words.ts";
import { createWriteStream, existsSync } from "node:fs";
import { link, lstat, mkdir, open, readdir, rename, statfs, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { withLease } from "../../backends/lease.ts";
import { MediasearchError } from "../../errors.ts";
import { bucketAndKey, isObject, type Location } from "../../location.ts";
import { createProgressDeadline, type ProgressDeadline } from "../../progress-deadline.ts";
import { formatBytes } from "../../text/format.ts";
import { type Manifest, readBackup } from "../../transfer/backup-file.ts";
import { copyLibrary } from "../../transfer/copy.ts";
import { moveIntoPlace, withUnfinishedFolder } from "../../unfinished.ts";
import type { Context } from "../context.ts";

export interface RestoreRequest {
  /** A file or an s3:// object that a backup was written to. */
  readonly from: Location;
  /** How the caller wrote `from`, for the hint of an error. */
  readonly fromAsGiven: string;
  /** Checks the backup and changes nothing. */
  readonly checkOnly?: boolean;
  /** Takes the place of the library that is there. */
  readonly replace?: boolean;
}

export interface Restored {
  readonly manifest: Manifest;
  /** The library file of the settings; null when the backup was only checked. */
  readonly store: string | null;
  /** Where the library that was there is kept now; null when there was none. */
  readonly kept: string | null;
}

/**
 * Puts a library back from a backup. The backup is checked as a whole before anything is touched.
 */
export async function restoreLibrary(context: Context, request: RestoreRequest): Promise<Restored> {
  const { jobTimeoutMs } = context.config.settings;
  const deadline = createProgressDeadline({
    signal: context.signal,
    maxSilenceMs: jobTimeoutMs,
    leastAmount: LEAST_BYTES,
    tooSlow: () =>
      new MediasearchError(
        "TIMED_OUT",
        `${request.from}: almost nothing of it came within ${jobTimeoutMs / 1000} s`,
        {
          subject: request.from,
          hint: "nothing was changed unless a cluster was being filled; the same command goes on. JOB_TIMEOUT_MS allows more time",
        },
      ),
  });
  const { signal } = deadline;
  try {
    return await restoreWithin(
      { ...context.within({ signal, tell: context.tell }), deadline },
      request,
    );
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    deadline.close();
  }
}

/** What must come within JOB_TIMEOUT_MS, at the least: 1.7 kB a second by the default. */
const LEAST_BYTES = 1 << 20;

interface RestoreContext extends Context {
  readonly deadline: ProgressDeadline;
}

async function restoreWithin(
  context: RestoreContext,
  { from, fromAsGiven, checkOnly = false, replace = false }: RestoreRequest,
): Promise<Restored> {
  const { config, signal, tell, deadline } = context;
  const { store, backend } = config.settings;
  await mkdir(dirname(store), { recursive: true, mode: 0o700 });
  return withUnfinishedFolder(dirname(store), async (folder) => {
    const library = join(folder, "library.sqlite");
    tell({ type: "stage", stage: "unpacking-backup" });
    const file = isObject(from) ? await fetched(from, folder, context) : from;
    const manifest = await readBackup(file, library, signal, (bytes) => deadline.note(bytes));
    deadline.noteStep();
    tell({ type: "stage", stage: "checking-backup" });
    await refuseUnsound(library, from, context);
    if (checkOnly) return { manifest, store: null, kept: null };
    if (backend === "local")
      return {
        manifest,
        store,
        kept: await replaceLibrary(library, fromAsGiven, replace, context),
      };
    await copyInto(library, context);
    return { manifest, store, kept: null };
  }).finally(() => tell({ type: "idle" }));
}

/**
 * Fetches a backup, of which no more is written than the store says that there is, and the disk has
 * room for.
 * @throws NOT_FOUND, NO_SPACE; SCHEMA_MISMATCH for one that does not end.
 */
async function fetched(
  location: Location,
  folder: string,
  { signal, openObjects, deadline }: RestoreContext,
): Promise<string> {
  const { bucket: name, key } = bucketAndKey(location);
  const path = join(folder, "fetched.backup");
  const bucket = (await openObjects()).bucket(name);
  const sizeBytes = (await bucket.stat(key, signal))?.sizeBytes ?? 0;
  await refuseWithoutRoom(location, folder, sizeBytes);
  let left = sizeBytes;
  const bounded = async function* (chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const chunk of chunks) {
      left -= chunk.length;
      if (left < 0) throw endlessError(location);
      deadline.note(chunk.length);
      yield chunk;
    }
  };
  await pipeline(
    bucket.get(key, { signal }),
    bounded,
    createWriteStream(path, { mode: 0o600, flags: "wx" }),
    { signal },
  );
  deadline.noteStep();
  return path;
}

async function refuseWithoutRoom(
  location: Location,
  folder: string,
  sizeBytes: number,
): Promise<void> {
  const disk = await statfs(folder);
  if (sizeBytes > disk.bavail * disk.bsize)
    throw new MediasearchError("NO_SPACE", `${location}: no room to fetch it`, {
      subject: location,
      hint: `free ${formatBytes(sizeBytes)} at ${dirname(folder)}`,
    });
}

const endlessError = (location: Location): MediasearchError =>
  new MediasearchError("SCHEMA_MISMATCH", `${location}: more comes than the store says there is`, {
    subject: location,
    hint: "nothing was changed; take another backup",
  });

/** Opens it as a library would be opened, and looks at every page, index and vector. */
async function refuseUnsound(
  library: string,
  backup: string,
  context: RestoreContext,
): Promise<void> {
  const backend = await context.openBackendAt("local", library, false);
  try {
    for await (const { check, status, found } of backend.check()) {
      context.deadline.noteStep();
      if (status === "failed")
        throw new MediasearchError(
          "SCHEMA_MISMATCH",
          `${backup}: the library in the backup is damaged (${check}: ${found})`,
          { subject: backup, hint: "nothing was changed; take another backup" },
        );
    }
  } finally {
    await backend.close();
  }
}

/** @returns where the library that was there is kept now. */
async function replaceLibrary(
  library: string,
  name: string,
  force: boolean,
  context: Context,
): Promise<string | null> {
  const { store } = context.config.settings;
  await syncFile(library);
  if (!force) {
    if (await moveIntoPlace(library, store, false)) return null;
    throw new MediasearchError("USAGE", `${store}: there is a library already`, {
      subject: store,
      hint: `mediasearch restore ${quoteShellWord(name)} --force   (the present one is kept beside it), or --store PATH`,
    });
  }
  const kept = existsSync(store) ? await keepPresent(context) : null;
  await moveIntoPlace(library, store, true);
  return kept;
}

/** The side files of a library that is in use or could not be closed. */
const SIDE_FILES = ["-wal", "-shm"];

/**
 * Gives the present library a second name, so that there is one under its own name at any time: the
 * present one, until the restored one takes its place in one step. Opening and closing it has
 * brought all that was committed into the one file, unless it is damaged or another process has it
 * open. Then its side files go with the second name, as SQLite would take them for those of the
 * restored library.
 */
async function keepPresent(context: Context): Promise<string> {
  const { store } = context.config.settings;
  await refuseHeld(context);
  await forgetSecondNames(store);
  const kept = `${store}.${new Date().toISOString().replace(/[:.]/g, "-")}.replaced`;
  await link(store, kept).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code === "EEXIST") throw error;
    // Some volumes know no hard links.
    await rename(store, kept);
  });
  for (const side of SIDE_FILES)
    if (existsSync(store + side)) await rename(store + side, kept + side);
  return kept;
}

/**
 * A restore that was killed leaves the library its second name; two names for one would harm it.
 */
async function forgetSecondNames(store: string): Promise<void> {
  const { dev, ino } = await lstat(store, { bigint: true });
  const folder = dirname(store);
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${basename(store)}.`) || !name.endsWith(".replaced")) continue;
    const other = await lstat(join(folder, name), { bigint: true });
    if (other.dev === dev && other.ino === ino) await unlink(join(folder, name));
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r+");
  await file.sync().finally(() => file.close());
}

/**
 * Nobody may be indexing into what is taken away. A library that can't be opened any more is what
 * backups are for.
 */
async function refuseHeld(context: Context): Promise<void> {
  try {
    const backend = await context.openBackend(false);
    try {
      await withLease(backend.runLock, async () => {});
    } finally {
      await backend.close();
    }
  } catch (error) {
    if (error instanceof MediasearchError && error.code === "STORE_BUSY") throw error;
  }
}

async function copyInto(library: string, context: RestoreContext): Promise<void> {
  const source = await context.openBackendAt("local", library, false);
  const target = await context.openBackend(true);
  try {
    await copyLibrary(source, target, {
      wants: () => true,
      rename: (id) => id,
      signal: context.signal,
      onProgress: () => context.deadline.noteStep(),
    });
  } finally {
    await target.close();
    await source.close();
  }
}
