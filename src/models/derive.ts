import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { MediasearchError } from "../errors.ts";
import { sweepUnfinished, writeWhole } from "../unfinished.ts";
import { cannotWrite, removeLeftovers } from "./cache-files.ts";
import type { DerivedFile, Model } from "./catalogue.ts";
import type { EnsureOptions } from "./places.ts";
import { recordMade } from "./record.ts";

/**
 * Makes a file out of a verified one and keeps it in the cache: whole or not at all, under a digest
 * of its own.
 * @throws BUG when what was made is not what was pinned: the code that makes it has changed.
 */
export async function derive(
  model: Model,
  file: DerivedFile,
  source: string,
  { cacheDir, signal }: EnsureOptions,
): Promise<string> {
  const { id } = model;
  const [make, input] = await Promise.all([file.load(), readFile(source)]);
  signal.throwIfAborted();
  const made = make(input);
  const digest = createHash("sha256").update(made).digest("hex");
  if (!file.isRecorded && digest !== file.digest)
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
    await sweepUnfinished(folder);
    await writeWhole(join(folder, file.name), made);
    if (file.isRecorded)
      await recordMade(model, file.name, { sizeBytes: made.length, digest }, { cacheDir });
  } catch (error) {
    throw cannotWrite(error, id, cacheDir) ?? error;
  }
  return join(folder, file.name);
}
