import { stat } from "node:fs/promises";
import { join } from "node:path";
import { MediasearchError } from "../errors.ts";
import { bundledFile, findModel, type Model, type ModelFile, MODELS } from "./catalogue.ts";
import { digestOf } from "./digest.ts";
import { download } from "./download.ts";
import type { EnsureOptions, ModelPlaces } from "./places.ts";

export interface ModelListing {
  readonly id: string;
  readonly licence: string;
  readonly source: string;
  readonly files: readonly { readonly name: string; readonly sizeBytes: number; readonly digest: string; readonly path: string | null }[];
}

export interface VerifiedFile {
  readonly model: string;
  readonly file: string;
  readonly state: "ok" | "missing" | "damaged";
}

/**
 * Paths of a model's files by name, each with the right digest; downloads what is missing or damaged in the cache.
 * @throws MISSING_MODEL with the next step when it can't be had, or when the user's own folder holds a damaged file.
 */
export async function ensureModel(id: string, options: EnsureOptions, models: readonly Model[] = MODELS): Promise<Record<string, string>> {
  const model = findModel(id, models);
  const paths: Record<string, string> = {};
  const missing: ModelFile[] = [];
  for (const file of model.files) {
    const path = await findFile(model, file, options);
    if (path !== null && (await digestOf(path)) === file.digest) paths[file.name] = path;
    else if (path !== null && !isInCache(path, options)) throw damaged(model, file, path);
    else missing.push(file);
  }
  if (missing.length === 0) return paths;
  return { ...paths, ...(await download(model, missing, options)) };
}

const isInCache = (path: string, { cacheDir }: ModelPlaces): boolean => path.startsWith(cacheDir);

/** What there is and where, by name and size only; `verifyModels` reads the files. */
export async function listModels(places: ModelPlaces, models: readonly Model[] = MODELS): Promise<ModelListing[]> {
  const list: ModelListing[] = [];
  for (const model of models) {
    const files = [];
    for (const file of model.files) {
      const { name, sizeBytes, digest } = file;
      files.push({ name, sizeBytes, digest, path: await findFile(model, file, places) });
    }
    list.push({ id: model.id, licence: model.licence, source: model.source, files });
  }
  return list;
}

export async function verifyModels(places: ModelPlaces, models: readonly Model[] = MODELS): Promise<VerifiedFile[]> {
  const checked: VerifiedFile[] = [];
  for (const model of models)
    for (const file of model.files) {
      const path = (await candidates(model, file, places))[0] ?? null;
      const state = path === null ? "missing" : (await digestOf(path)) === file.digest ? "ok" : "damaged";
      checked.push({ model: model.id, file: file.name, state });
    }
  return checked;
}

/** The first place that has the file in its full length; a file of another length in the cache counts as missing. */
async function findFile(model: Model, file: ModelFile, places: ModelPlaces): Promise<string | null> {
  for (const path of await candidates(model, file, places))
    if (!isInCache(path, places) || (await stat(path)).size === file.sizeBytes) return path;
  return null;
}

async function candidates(model: Model, file: ModelFile, { cacheDir, modelsDir }: ModelPlaces): Promise<string[]> {
  if (model.npm === null) return existing([bundledFile(model.id, file.name)]);
  const own = modelsDir === undefined ? [] : [join(modelsDir, model.id, file.name), join(modelsDir, file.name)];
  return existing([...own, join(cacheDir, model.id, file.name)]);
}

async function existing(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) if (await stat(path).then((at) => at.isFile(), () => false)) found.push(path);
  return found;
}

const damaged = ({ id }: Model, { name, digest }: ModelFile, path: string): MediasearchError =>
  new MediasearchError("MISSING_MODEL", `${path}: not the file ${name} of ${id} (its SHA-256 must be ${digest})`, {
    subject: path, hint: "replace the file, or unset MEDIASEARCH_MODELS and run: mediasearch models pull",
  });
