import { quoteShellWord } from "../../shell-words.ts";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Backend } from "../../backends/backend.ts";
import { MediasearchError } from "../../errors.ts";
import { bucketAndKey, isLink, isObject, type Location, nameOf } from "../../location.ts";
import { type Manifest, writeBackup } from "../../transfer/backup-file.ts";
import { copyLibrary } from "../../transfer/copy.ts";
import { withUnfinishedFolder } from "../../unfinished.ts";
import type { Context } from "../context.ts";
import { withBackend } from "./with-backend.ts";

export interface BackupRequest {
  /** An absolute path, or an s3:// object. */
  readonly to: Location;
  /** How the caller wrote `to`, for the hint of an error. */
  readonly toAsGiven: string;
  /** Replaces a file that is there. */
  readonly overwrite?: boolean;
}

/**
 * Writes a consistent copy of the library, also of one that is in use, into one checksummed file.
 * @throws USAGE where there is a file already.
 */
export async function backUpLibrary(
  context: Context,
  { to, toAsGiven, overwrite = false }: BackupRequest,
): Promise<Manifest> {
  const { signal, tell } = context;
  const inFolder = (folder: string, path: string): Promise<Manifest> =>
    withBackend(context, async (backend) => {
      try {
        const library = join(folder, "library.sqlite");
        tell({ type: "stage", stage: "copying-library" });
        await snapshotLibrary(backend, library, context);
        tell({ type: "stage", stage: "writing-backup" });
        const manifest = await writeBackup(
          library,
          path,
          await describeBackup(library, context),
          signal,
        );
        if (isObject(to)) await uploadBackup(path, to, overwrite, context);
        return manifest;
      } finally {
        tell({ type: "idle" });
      }
    });
  if (isLink(to))
    throw new MediasearchError("USAGE", `${to}: nothing can be written behind a link`, {
      subject: to,
      hint: "give a path, or s3://BUCKET/KEY",
    });
  // Into an object store by way of a file here: its parts and their checksums are made of it.
  if (isObject(to))
    return withUnfinishedFolder(tmpdir(), (folder) =>
      inFolder(folder, join(folder, nameOf(to) || "library.backup")),
    );
  if (!existsSync(dirname(to)))
    throw new MediasearchError("NOT_FOUND", `${dirname(to)}: no such folder`, {
      subject: dirname(to),
      hint: `mkdir -p ${quoteShellWord(dirname(to))}`,
    });
  if (existsSync(to) && !overwrite)
    throw new MediasearchError("USAGE", `${to}: is there already`, {
      subject: to,
      hint: `mediasearch backup ${quoteShellWord(toAsGiven)} --force   (or give another name)`,
    });
  // Beside the backup: there is room for it there, and the disk is the same.
  return withUnfinishedFolder(dirname(to), (folder) => inFolder(folder, to));
}

async function uploadBackup(
  path: string,
  to: Location,
  overwrite: boolean,
  { openObjects, signal, tell }: Context,
): Promise<void> {
  const { bucket, key } = bucketAndKey(to);
  const objects = await openObjects();
  await objects.upload(bucket, key, path, {
    overwrite,
    signal,
    onProgress: (doneBytes) => tell({ type: "sending", doneBytes }),
  });
}

/** A library that is not one file itself is copied into one. */
async function snapshotLibrary(backend: Backend, library: string, context: Context): Promise<void> {
  if (backend.medium.kind === "file") return backend.medium.snapshot(library);
  const copy = await context.openBackendAt("local", library, true);
  try {
    await copyLibrary(backend, copy, {
      wants: () => true,
      rename: (id) => id,
      signal: context.signal,
    });
  } finally {
    await copy.close();
  }
}

/** Describes the copy, not the library: that may have changed since. */
async function describeBackup(
  library: string,
  context: Context,
): Promise<Parameters<typeof writeBackup>[2]> {
  const copy = await context.openBackendAt("local", library, false);
  try {
    const { assets, segments } = await copy.library.catalog.counts();
    return {
      createdAt: new Date().toISOString(),
      schema: copy.schema().current,
      files: Object.values(assets).reduce((sum, files) => sum + files, 0),
      segments,
      embedder: (await copy.library.embeddings.model())?.embedder ?? null,
    };
  } finally {
    await copy.close();
  }
}
