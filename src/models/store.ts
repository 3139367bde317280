import { stat } from "node:fs/promises";
import { join } from "node:path";
import { MediasearchError } from "../errors.ts";
import {
  allFiles,
  bundledFile,
  findModel,
  type Model,
  type ModelFile,
  MODEL_CATALOGUE,
  type PinnedFile,
} from "./catalogue.ts";
import { derive } from "./derive.ts";
import { hashFile } from "../hash-file.ts";
import { download } from "./download.ts";
import type { EnsureOptions, ModelPlaces } from "./places.ts";

export interface ModelListing {
  readonly id: string;
  readonly licence: string;
  readonly source: string;
  readonly files: readonly {
    readonly name: string;
    readonly sizeBytes: number;
    readonly digest: string;
    readonly path: string | null;
  }[];
}

export interface VerifiedFile {
  readonly model: string;
  readonly file: string;
  readonly state: "ok" | "missing" | "damaged";
}

/**
 * Paths of a model's files by name, each with the right digest; downloads what is missing or
 * damaged in the cache, and makes what is derived.
 * @throws MISSING_MODEL with the next step when it can't be had, or when a damaged file lies where
 * mediasearch does not write.
 */
export async function ensureModel(
  id: string,
  options: EnsureOptions,
  models: readonly Model[] = MODEL_CATALOGUE,
): Promise<Record<string, string>> {
  const model = findModel(id, models);
  const paths: Record<string, string> = {};
  const missing: ModelFile[] = [];
  for (const file of model.files) {
    const path = await findSound(model, file, options);
    if (path === null) missing.push(file);
    else paths[file.name] = path;
  }
  if (missing.length > 0) Object.assign(paths, await download(model, missing, options));
  for (const file of model.derived ?? [])
    paths[file.name] =
      (await findSound(model, file, options)) ??
      (await derive(model.id, file, paths[file.from] ?? "", options));
  return paths;
}

/** Resolves to the file if it has its digest, and to null if it can be put into the cache anew. */
async function findSound(
  model: Model,
  file: PinnedFile,
  options: ModelPlaces,
): Promise<string | null> {
  const path = await findFile(model, file, options);
  if (path !== null && (await hashFile(path)) === file.digest) return path;
  if (model.npm === null) throw incomplete(model, file);
  if (path !== null && path !== cachePath(model, file, options))
    throw damagedFileError(model, file, path);
  return null;
}

const cachePath = (model: Model, file: PinnedFile, { cacheDir }: ModelPlaces): string =>
  join(cacheDir, model.id, file.name);

/** Lists which files exist and where, by name and size only. `verifyModels` reads the files. */
export async function listModels(
  places: ModelPlaces,
  models: readonly Model[] = MODEL_CATALOGUE,
): Promise<ModelListing[]> {
  const list: ModelListing[] = [];
  for (const model of models) {
    const files = [];
    for (const file of allFiles(model)) {
      const { name, sizeBytes, digest } = file;
      const path = await findFile(model, file, places);
      files.push({
        name,
        sizeBytes,
        digest,
        path: path !== null && (await stat(path)).size === sizeBytes ? path : null,
      });
    }
    list.push({ id: model.id, licence: model.licence, source: model.source, files });
  }
  return list;
}

export async function verifyModels(
  places: ModelPlaces,
  models: readonly Model[] = MODEL_CATALOGUE,
): Promise<VerifiedFile[]> {
  const checked: VerifiedFile[] = [];
  for (const model of models)
    for (const file of allFiles(model)) {
      const path = (await candidates(model, file, places))[0] ?? null;
      const isSound = path !== null && (await hashFile(path)) === file.digest;
      const ifUnsound = path === null ? "missing" : "damaged";
      const state = isSound ? "ok" : ifUnsound;
      checked.push({ model: model.id, file: file.name, state });
    }
  return checked;
}

/**
 * The first place that has the file in its full length; a file of another length in the cache
 * counts as missing.
 */
async function findFile(
  model: Model,
  file: PinnedFile,
  places: ModelPlaces,
): Promise<string | null> {
  for (const path of await candidates(model, file, places))
    if (path !== cachePath(model, file, places) || (await stat(path)).size === file.sizeBytes)
      return path;
  return null;
}

async function candidates(model: Model, file: PinnedFile, places: ModelPlaces): Promise<string[]> {
  const { modelsDir } = places;
  if (model.npm === null) return existing([bundledFile(model.id, file.name)]);
  const own =
    modelsDir === undefined
      ? []
      : [join(modelsDir, model.id, file.name), join(modelsDir, file.name)];
  return existing([...own, cachePath(model, file, places)]);
}

async function existing(paths: readonly string[]): Promise<string[]> {
  const leftovers: string[] = [];
  for (const path of paths)
    if (
      await stat(path).then(
        (at) => at.isFile(),
        () => false,
      )
    )
      leftovers.push(path);
  return leftovers;
}

const damagedFileError = (
  { id }: Model,
  { name, digest }: PinnedFile,
  path: string,
): MediasearchError =>
  new MediasearchError(
    "MISSING_MODEL",
    `${path}: not the file ${name} of ${id} (its SHA-256 must be ${digest})`,
    {
      subject: path,
      hint: "replace the file, or unset MEDIASEARCH_MODELS and run: mediasearch models pull",
    },
  );

const incomplete = ({ id }: Model, { name, digest }: PinnedFile): MediasearchError =>
  new MediasearchError(
    "MISSING_MODEL",
    `${bundledFile(id, name)}: missing or damaged (its SHA-256 must be ${digest}); mediasearch itself brings it`,
    {
      subject: id,
      hint: "npm install mediasearch   (its folder is not whole)",
    },
  );
