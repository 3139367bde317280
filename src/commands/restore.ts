import { createWriteStream, existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { withLease } from "../backends/lease.ts";
import { MediasearchError } from "../errors.ts";
import { formatBytes, pluralize } from "../text/format.ts";
import { bucketAndKey, isObject, type Location } from "../location.ts";
import { type Manifest, readBackup } from "../transfer/backup-file.ts";
import { copyLibrary } from "../transfer/copy.ts";
import { hasFlag } from "../cli/flags.ts";
import type { Command, CommandContext } from "../cli/command.ts";
import type { RESTORE } from "../cli/specs/library.ts";

export const run: Command<typeof RESTORE> = async ([name = ""], flags, context) => {
  const { io, config, status } = context;
  const backup = context.place(name);
  const store = config.settings.store;
  await mkdir(dirname(store), { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(dirname(store), `.${basename(store)}-`));
  try {
    const library = join(folder, "library.sqlite");
    status.update("unpacking the backup");
    const manifest = await readBackup(
      isObject(backup) ? await fetched(backup, folder, context) : backup,
      library,
      io.signal,
    );
    status.update("checking the backup");
    await refuseUnsound(library, backup, context);
    let kept: string | null = null;
    if (hasFlag(flags, "check")) status.end();
    else if (config.settings.backend === "local")
      kept = await putInPlace(library, name, hasFlag(flags, "force"), context);
    else await copyInto(library, context);
    status.end();
    report(
      manifest,
      {
        backup,
        store: hasFlag(flags, "check") ? null : store,
        kept,
        asJson: hasFlag(flags, "json"),
      },
      context,
    );
    return 0;
  } finally {
    status.end();
    await rm(folder, { recursive: true, force: true });
  }
};

async function fetched(
  place: Location,
  folder: string,
  { io, openObjects }: CommandContext,
): Promise<string> {
  const { bucket, key } = bucketAndKey(place);
  const path = join(folder, "fetched.backup");
  await pipeline(
    (await openObjects()).bucket(bucket).get(key, { signal: io.signal }),
    createWriteStream(path, { mode: 0o600 }),
    { signal: io.signal },
  );
  return path;
}

/** Opens it as a library would be opened, and looks at every page, index and vector. */
async function refuseUnsound(
  library: string,
  backup: string,
  context: CommandContext,
): Promise<void> {
  const backend = await context.openBackendAt("local", library, false);
  try {
    for await (const { check, status, found } of backend.check())
      if (status === "failed")
        throw new MediasearchError(
          "SCHEMA_MISMATCH",
          `${backup}: the library in the backup is damaged (${check}: ${found})`,
          { subject: backup, hint: "nothing was changed; take another backup" },
        );
  } finally {
    await backend.close();
  }
}

/** @returns where the library that was there is kept now. */
async function putInPlace(
  library: string,
  name: string,
  force: boolean,
  context: CommandContext,
): Promise<string | null> {
  const { store } = context.config.settings;
  let kept: string | null = null;
  if (existsSync(store)) {
    if (!force)
      throw new MediasearchError("USAGE", `${store}: there is a library already`, {
        subject: store,
        hint: `mediasearch restore ${JSON.stringify(name)} --force   (the present one is kept beside it), or --store PATH`,
      });
    await refuseHeld(context);
    kept = `${store}.${new Date().toISOString().replace(/[:.]/g, "-")}.replaced`;
    // The side files first: SQLite would take those of the old library for the new one's.
    for (const side of ["-wal", "-shm", ""])
      if (existsSync(store + side)) await rename(store + side, kept + side);
  }
  await rename(library, store);
  return kept;
}

/** Nobody may be indexing into what is taken away. A library that can't be opened any more is what backups are for. */
async function refuseHeld(context: CommandContext): Promise<void> {
  try {
    const backend = await context.openBackend(false);
    try {
      await withLease(backend.ledger, async () => {});
    } finally {
      await backend.close();
    }
  } catch (error) {
    if (error instanceof MediasearchError && error.code === "STORE_BUSY") throw error;
  }
}

async function copyInto(library: string, context: CommandContext): Promise<void> {
  const source = await context.openBackendAt("local", library, false);
  const target = await context.openBackend(true);
  try {
    await copyLibrary(source, target, {
      wants: () => true,
      rename: (id) => id,
      signal: context.io.signal,
    });
  } finally {
    await target.close();
    await source.close();
  }
}

function report(
  manifest: Manifest,
  {
    backup,
    store,
    kept,
    asJson,
  }: { backup: string; store: string | null; kept: string | null; asJson: boolean },
  { io }: CommandContext,
): void {
  if (asJson)
    return void io.stdout.write(
      `${JSON.stringify({ version: 1, backup, restoredTo: store, kept, ...manifest })}\n`,
    );
  const what = `${pluralize(manifest.files, "file")}, ${pluralize(manifest.segments, "segment")}, ${formatBytes(manifest.sizeBytes)}, made ${manifest.createdAt}`;
  io.stdout.write(store === null ? `${backup}: sound: ${what}\n` : `${store}: ${what}\n`);
  if (kept) io.stdout.write(`the library that was there is kept as ${kept}\n`);
}
