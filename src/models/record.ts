import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "../unfinished.ts";
import type { Model } from "./catalogue.ts";
import type { ModelPlaces } from "./places.ts";

/** Name of the record, in the model's folder in the cache. */
const RECORD = "made.json";
/** It must be raised when other files are made of the same source. */
const VERSION = 1;
const MAX_BYTES = 65_536;

interface MadeFile {
  readonly sizeBytes: number;
  /** SHA-256, hexadecimal. */
  readonly digest: string;
}

interface MadeRecord {
  readonly version: number;
  /** The digests of the files that they were made of. */
  readonly sources: string;
  readonly files: Readonly<Record<string, MadeFile>>;
}

const sourcesOf = ({ sources = [] }: Model): string =>
  sources.map(({ digest }) => digest).join(" ");

/** The model with the sizes and digests of what was made of its sources on this machine. */
export async function withRecord(model: Model, { cacheDir }: ModelPlaces): Promise<Model> {
  if (!model.derived?.some(({ isRecorded }) => isRecorded)) return model;
  const files = await readRecord(model, join(cacheDir, model.id));
  const derived = model.derived.map((file) =>
    file.isRecorded ? { ...file, ...files[file.name] } : file,
  );
  return { ...model, derived };
}

/** Keeps what was made, once it is there. A record of other sources is begun anew. */
export async function recordMade(
  model: Model,
  name: string,
  made: MadeFile,
  { cacheDir }: ModelPlaces,
): Promise<void> {
  const folder = join(cacheDir, model.id);
  const files = { ...(await readRecord(model, folder)), [name]: made };
  const record: MadeRecord = { version: VERSION, sources: sourcesOf(model), files };
  await writeWhole(join(folder, RECORD), JSON.stringify(record));
}

/** Empty where there is none that counts: then the files are made again. */
async function readRecord(model: Model, folder: string): Promise<MadeRecord["files"]> {
  try {
    const path = join(folder, RECORD);
    if ((await stat(path)).size > MAX_BYTES) return {};
    const { version, sources, files } = JSON.parse(await readFile(path, "utf8")) as MadeRecord;
    if (version !== VERSION || sources !== sourcesOf(model)) return {};
    const sound = Object.entries(files).filter(
      ([, { sizeBytes, digest }]) =>
        Number.isSafeInteger(sizeBytes) && /^[0-9a-f]{64}$/.test(digest),
    );
    return Object.fromEntries(
      sound.map(([name, { sizeBytes, digest }]) => [name, { sizeBytes, digest }]),
    );
  } catch {
    return {};
  }
}
