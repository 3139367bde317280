import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { MediasearchError } from "../errors.ts";
import {
  allFiles,
  bundledFile,
  type DerivedFile,
  findModel,
  isCarried,
  type Model,
  type ModelFile,
  MODEL_CATALOGUE,
  type PinnedFile,
} from "./catalogue.ts";
import { derive } from "./derive.ts";
import { hashFile } from "../hash-file.ts";
import { download } from "./download.ts";
import type { EnsureOptions, ModelPlaces } from "./places.ts";
import { withRecord } from "./record.ts";

export interface ModelListing {
  readonly id: string;
  readonly licence: string;
  readonly source: string;
  /** Nothing needs it: it is here when somebody asked for it. */
  readonly isOptional: boolean;
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
 * damaged in the cache, and makes what is derived. An optional model that nobody asked for and that
 * is not here has no files.
 * @throws MISSING_MODEL with the next step when it can't be had, or when a damaged file lies where
 * mediasearch does not write.
 */
export async function ensureModel(
  id: string,
  options: EnsureOptions,
  models: readonly Model[] = MODEL_CATALOGUE,
): Promise<Record<string, string>> {
  const model = await withRecord(findModel(id, models), options);
  if (model.isOptional && !options.fetchesOptional && !(await hasAny(model, options))) return {};
  const paths = await fetchFiles(model, model.files, options);
  const missing: DerivedFile[] = [];
  for (const file of model.derived ?? []) {
    const path = await findSound(model, file, options);
    if (path === null) missing.push(file);
    else paths[file.name] = path;
  }
  const sources = missing.length > 0 ? await fetchFiles(model, model.sources ?? [], options) : {};
  for (const file of missing)
    paths[file.name] = await derive(
      model,
      file,
      paths[file.from] ?? sources[file.from] ?? "",
      options,
    );
  await removeSources(model, options);
  return paths;
}

/** Whether there is anything of the model to begin with. */
async function hasAny(model: Model, places: ModelPlaces): Promise<boolean> {
  for (const file of [...allFiles(model), ...(model.sources ?? [])])
    if ((await findFile(model, file, places)) !== null) return true;
  return false;
}

async function fetchFiles(
  model: Model,
  files: readonly ModelFile[],
  options: EnsureOptions,
): Promise<Record<string, string>> {
  const paths: Record<string, string> = {};
  const missing: ModelFile[] = [];
  for (const file of files) {
    const path = await findSound(model, file, options);
    if (path === null) missing.push(file);
    else paths[file.name] = path;
  }
  return missing.length > 0 ? Object.assign(paths, await download(model, missing, options)) : paths;
}

/** Sources take room and are of no more use; those of the user's own are left alone. */
async function removeSources(model: Model, options: EnsureOptions): Promise<void> {
  for (const file of model.sources ?? [])
    await rm(cachePath(model, file, options), { force: true }).catch(() => {});
}

/** Resolves to the file if it has its digest, and to null if it can be put into the cache anew. */
async function findSound(
  model: Model,
  file: PinnedFile,
  options: ModelPlaces,
): Promise<string | null> {
  const path = await findFile(model, file, options);
  if (path !== null && (await hashFile(path)) === file.digest) return path;
  if (isCarried(model, file)) throw incomplete(model, file);
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
  for (const one of models) {
    const model = await withRecord(one, places);
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
    const { id, licence, source, isOptional = false } = model;
    list.push({ id, licence, source, isOptional, files });
  }
  return list;
}

/** Compares every file with its digest. An optional model counts when there is anything of it. */
export async function verifyModels(
  places: ModelPlaces,
  models: readonly Model[] = MODEL_CATALOGUE,
): Promise<VerifiedFile[]> {
  const checked: VerifiedFile[] = [];
  for (const one of models) {
    const model = await withRecord(one, places);
    if (model.isOptional && !(await hasAny(model, places))) continue;
    for (const file of allFiles(model)) {
      const state = await fileState(file, (await candidates(model, file, places))[0]);
      // What is made of carried files is made when it is needed.
      if (state === "missing" && isMadeHere(model, file)) continue;
      checked.push({ model: model.id, file: file.name, state });
    }
  }
  return checked;
}

async function fileState(
  { digest }: PinnedFile,
  path: string | undefined,
): Promise<VerifiedFile["state"]> {
  if (path === undefined) return "missing";
  return (await hashFile(path)) === digest ? "ok" : "damaged";
}

const isMadeHere = (model: Model, file: PinnedFile): boolean =>
  !isCarried(model, file) && model.files.every((one) => isCarried(model, one));

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
  if (isCarried(model, file)) return existing([bundledFile(model.id, file.name)]);
  const own =
    modelsDir === undefined
      ? []
      : [
          ...(await existing([join(modelsDir, model.id, file.name)])),
          ...(await sideBySide(model, file, join(modelsDir, file.name))),
        ];
  return [...own, ...(await existing([cachePath(model, file, places)]))];
}

/** Sources of several models have one name: one of another size is another model's. */
async function sideBySide(model: Model, file: PinnedFile, path: string): Promise<string[]> {
  const isSource = model.sources?.some(({ name }) => name === file.name) ?? false;
  const found = await existing([path]);
  return isSource && found.length > 0 && (await stat(path)).size !== file.sizeBytes ? [] : found;
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
      hint: `replace the file, or unset MEDIASEARCH_MODELS and run: mediasearch models pull ${id}`,
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
