import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Backend } from "../backends/backend.ts";
import { MediasearchError } from "../errors.ts";
import { formatBytes, pluralize } from "../text/format.ts";
import type { StatusLine } from "../terminal/status-line.ts";
import { bucketAndKey, isObject, nameOf, type Location } from "../location.ts";
import { writeBackup } from "../transfer/backup-file.ts";
import { copyLibrary } from "../transfer/copy.ts";
import { hasFlag } from "../cli/flags.ts";
import type { Command, CommandContext } from "../cli/command.ts";
import type { BACKUP } from "../cli/specs/library.ts";

export const run: Command<typeof BACKUP> = async ([name = ""], flags, context) => {
  const { io, status } = context;
  const place = context.place(name);
  // Into an object store by way of a file here: its parts and their checksums are made of it.
  const path = isObject(place)
    ? join(await mkdtemp(join(tmpdir(), "mediasearch-backup-")), nameOf(place) || "library.backup")
    : place;
  if (existsSync(path) && !hasFlag(flags, "force"))
    throw new MediasearchError("USAGE", `${path}: is there already`, {
      subject: path,
      hint: `mediasearch backup ${JSON.stringify(name)} --force   (or give another name)`,
    });
  const backend = await context.openBackend(false);
  // Beside the backup: there is room for it there, and the disk is the same.
  const folder = await mkdtemp(join(dirname(path), `.${basename(path)}-`));
  try {
    const library = join(folder, "library.sqlite");
    status.update("copying the library");
    await snapshotOf(backend, library, context);
    status.update("writing the backup");
    const manifest = await writeBackup(library, path, await about(library, context), io.signal);
    if (isObject(place)) await send(path, place, hasFlag(flags, "force"), status, context);
    status.end();
    if (hasFlag(flags, "json"))
      io.stdout.write(`${JSON.stringify({ version: 1, file: place, ...manifest })}\n`);
    else
      io.stdout.write(
        `${place}: ${pluralize(manifest.files, "file")}, ${pluralize(manifest.segments, "segment")}, ${formatBytes(manifest.sizeBytes)} unpacked, sha256 ${manifest.sha256}\n`,
      );
    return 0;
  } finally {
    status.end();
    await rm(isObject(place) ? dirname(path) : folder, { recursive: true, force: true });
    await backend.close();
  }
};

async function send(
  path: string,
  place: Location,
  overwrite: boolean,
  status: StatusLine,
  context: CommandContext,
): Promise<void> {
  const { bucket, key } = bucketAndKey(place);
  const objects = await context.openObjects();
  await objects.upload(bucket, key, path, {
    overwrite,
    signal: context.io.signal,
    onProgress: (done) => status.update(`uploading, ${formatBytes(done)}`),
  });
}

/** A library that is not one file itself is copied into one. */
async function snapshotOf(
  backend: Backend,
  library: string,
  context: CommandContext,
): Promise<void> {
  if (backend.snapshot) return backend.snapshot(library);
  const copy = await context.openBackendAt("local", library, true);
  try {
    await copyLibrary(backend, copy, {
      wants: () => true,
      rename: (id) => id,
      signal: context.io.signal,
    });
  } finally {
    await copy.close();
  }
}

/** Of the copy, not of the library: that may have changed since. */
async function about(
  library: string,
  context: CommandContext,
): Promise<Parameters<typeof writeBackup>[2]> {
  const copy = await context.openBackendAt("local", library, false);
  try {
    const { assets, segments } = await copy.store.counts();
    const files = Object.values(assets).reduce((sum, n) => sum + n, 0);
    return {
      createdAt: new Date().toISOString(),
      schema: copy.schema().current,
      files,
      segments,
      embedder: (await copy.store.identity())?.embedder ?? null,
    };
  } finally {
    await copy.close();
  }
}
