import { randomBytes } from "node:crypto";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { MediasearchError, toMediasearchError } from "../errors.ts";
import { hasProcess } from "../process-mark.ts";

/**
 * No write goes without a byte for this long. A file that is older counts as abandoned, because
 * process numbers come again, above all in containers.
 */
const ABANDONED_MS = 600_000;

/**
 * Names the file that is written until it is whole. The name belongs to this process and this call.
 */
export const temporaryPath = (path: string): string =>
  `${path}.${process.pid}-${randomBytes(4).toString("hex")}.part`;

/** Removes files that killed processes were writing. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder))
    if (await isAbandoned(folder, name)) await rm(join(folder, name), { force: true });
}

/** Whether the file was being written by a process that is no more, or that is stuck. */
export async function isAbandoned(folder: string, name: string): Promise<boolean> {
  const owner = /\.(\d+)-[0-9a-f]{8}\.part$/.exec(name)?.[1];
  if (owner === undefined) return false;
  // Another process may have renamed or removed it by now.
  const written = await stat(join(folder, name)).then(
    ({ mtimeMs }) => mtimeMs,
    () => null,
  );
  return written !== null && (!hasProcess(Number(owner)) || Date.now() - written > ABANDONED_MS);
}

const REFUSALS = new Set(["EACCES", "EPERM", "ENOTDIR", "EEXIST", "EISDIR"]);

/**
 * Makes the error for a model that the disk, not the network, stopped. @returns null for other
 * errors.
 */
export function cannotWrite(error: unknown, id: string, cacheDir: string): MediasearchError | null {
  if (!(error instanceof Error) || error instanceof MediasearchError) return null;
  const { code = "", path = cacheDir } = error as NodeJS.ErrnoException;
  const setting = path.startsWith(cacheDir) ? "MEDIASEARCH_CACHE" : "npm_config_cache";
  const details = {
    subject: path,
    hint: `${setting}=FOLDER mediasearch models pull ${id}`,
    cause: error,
  };
  if (REFUSALS.has(code))
    return new MediasearchError(
      "MISSING_MODEL",
      `${id}: ${path} can't be written (${code})`,
      details,
    );
  const known = toMediasearchError(error, path);
  return known.code === "NO_SPACE"
    ? new MediasearchError(known.code, known.message, details)
    : null;
}
