import type { FileStat } from "../../backends/catalog.ts";
import type { MediasearchError } from "../../errors.ts";
import type { Location } from "../../location.ts";
import type { FileCandidate } from "../../pipeline/scan/candidate.ts";
import { scan } from "../../pipeline/scan/scan.ts";
import type { Context } from "../context.ts";
import type { Uploaded } from "./upload.ts";

export interface RegisterRequest {
  /** Files, folders and s3:// locations, absolute. */
  readonly locations: readonly Location[];
  /** Globs, relative to a folder. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  /** Says what would be done and changes nothing. */
  readonly dryRun?: boolean;
  /**
   * The files and their captions are uploaded below this s3:// location first, and registered
   * there.
   */
  readonly uploadTo?: Location | undefined;
  /** Replaces objects that are others than the files. */
  readonly overwrite?: boolean;
}

export interface Registration {
  /** The files that were found, where they were found. */
  readonly found: readonly Location[];
  /** What became of each file and its captions; undefined without `uploadTo`. */
  readonly uploads: readonly Uploaded[] | undefined;
  /** Files that the library was told of. */
  readonly given: number;
  /** Those of them that it did not know. */
  readonly registered: number;
  readonly failed: readonly RegistrationFailure[];
}

export interface RegistrationFailure {
  readonly file: Location;
  /** Where it failed: while files were looked for, or on the way into the object store. */
  readonly step: "scan" | "upload";
  readonly error: MediasearchError;
}

/**
 * Registers files in the library without processing them; a later run of indexPaths without
 * locations takes them up.
 */
export async function registerFiles(
  context: Context,
  request: RegisterRequest,
): Promise<Registration> {
  const { dryRun = false } = request;
  const failed: RegistrationFailure[] = [];
  const files = await findFiles(context, request, failed);
  const uploads = await uploadFiles(context, request, files, failed);
  const assets = uploads
    ? uploads.flatMap(({ asset }) => asset ?? [])
    : files.map(({ path, sizeBytes, mtimeMs }) => ({ id: path, sizeBytes, mtimeMs }));
  return {
    found: files.map(({ path }) => path),
    uploads,
    given: assets.length,
    registered: dryRun ? 0 : await registerInLibrary(context, assets),
    failed,
  };
}

async function findFiles(
  { config, signal, openSources }: Context,
  { locations, include = [], exclude = [] }: RegisterRequest,
  failed: RegistrationFailure[],
): Promise<FileCandidate[]> {
  const { language } = config.settings;
  const files: FileCandidate[] = [];
  const options = { include, exclude, language, signal };
  for await (const item of scan(locations, await openSources(), options))
    if (item.type === "file") files.push(item.file);
    else if (item.type === "unreadable")
      failed.push({ file: item.path, step: "scan", error: item.error });
  return files;
}

async function uploadFiles(
  context: Context,
  { locations, uploadTo, dryRun = false, overwrite = false }: RegisterRequest,
  files: readonly FileCandidate[],
  failed: RegistrationFailure[],
): Promise<Uploaded[] | undefined> {
  if (uploadTo === undefined) return undefined;
  const { upload } = await import("./upload.ts");
  const onFailure = (file: Location, error: MediasearchError): void =>
    void failed.push({ file, step: "upload", error });
  return upload(files, locations, uploadTo, { dryRun, overwrite, onFailure }, context);
}

async function registerInLibrary(
  context: Context,
  files: readonly ({ readonly id: Location } & FileStat)[],
): Promise<number> {
  const backend = await context.openBackend(true);
  try {
    return await backend.library.catalog.register(files);
  } finally {
    await backend.close();
  }
}
