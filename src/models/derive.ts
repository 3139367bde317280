import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { MediasearchError } from "../errors.ts";
import { cannotWrite, removeLeftovers, temporaryPath } from "./cache-files.ts";
import type { DerivedFile } from "./catalogue.ts";
import type { EnsureOptions } from "./places.ts";

/**
 * Makes a file out of a verified one and keeps it in the cache: whole or not at all, under a digest
 * of its own.
 * @throws BUG when what was made is not what was pinned: the code that makes it has changed.
 */
export async function derive(
  id: string,
  file: DerivedFile,
  source: string,
  { cacheDir, signal }: EnsureOptions,
): Promise<string> {
  const [make, input] = await Promise.all([file.load(), readFile(source)]);
  signal.throwIfAborted();
  const made = make(input);
  const digest = createHash("sha256").update(made).digest("hex");
  if (digest !== file.digest)
    throw new MediasearchError(
      "BUG",
      `${id}: ${file.name} was made with the SHA-256 ${digest}, not ${file.digest}`,
      { subject: `${id}/${file.name}` },
    );
  signal.throwIfAborted();
  const folder = join(cacheDir, id);
  try {
    await mkdir(folder, { recursive: true });
    await removeLeftovers(folder);
    await writeWhole(join(folder, file.name), made);
  } catch (error) {
    throw cannotWrite(error, id, cacheDir) ?? error;
  }
  return join(folder, file.name);
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = temporaryPath(path);
  const handle = await open(temporary, "wx");
  try {
    await handle.writeFile(bytes);
    await handle.sync();
    await handle.close();
    await rename(temporary, path);
  } catch (error) {
    await handle.close().catch(() => {});
    await rm(temporary, { force: true });
    throw error;
  }
}
