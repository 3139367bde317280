import type { AssetId, AssetStatus } from "../../backends/catalog.ts";
import type { ArchivedVersion } from "../../backends/archive.ts";
import type { JobStore } from "../../backends/job-store.ts";
import type { ReadableLibrary } from "../../backends/library.ts";
import type { Records } from "../../backends/records.ts";
import { MediasearchError } from "../../errors.ts";
import type { OpenEmbedder } from "../../search/hybrid.ts";
import { nameOf } from "../../location.ts";
import { fileIdOf } from "../file-names.ts";

/** What a caller may see; plain data, so that threads get it. */
export interface Sight {
  /** Filters in the query language; all of them hold. */
  readonly filters: readonly string[];
  /** Whether the caller may know where files are on the server. */
  readonly seesPaths: boolean;
  /** Names a restricted caller's share of what people make; null for who sees all files. */
  readonly tenant: string | null;
}

/** What one read works on. */
export interface Reader {
  /** Only what the caller may see. */
  readonly library: ReadableLibrary;
  readonly jobs: JobStore;
  readonly records: Pick<Records, "get" | "list">;
  readonly seesPaths: boolean;
  readonly tenant: string | null;
  /** Whether the caller may get sound and pictures. */
  readonly seesMedia: boolean;
  /** When the copy that is searched was last the same as the library; undefined: now. */
  readonly asOfMs: number | undefined;
  /** Versions that were replaced, of all files: a caller checks which of them he sees. */
  listArchived(): Promise<readonly ArchivedVersion[]>;
  /** The locations of those whose content is also in a file that the caller does not see. */
  sharedElsewhere(
    assets: readonly { readonly location: AssetId; readonly fingerprint: string | null }[],
  ): Promise<ReadonlySet<AssetId>>;
  readonly openEmbedder: OpenEmbedder;
  /** @throws NOT_FOUND for an id of no file that the caller may see. */
  find(fileId: string): Promise<AssetStatus>;
}

/** How often a client that guesses ids can make the server list its files. */
const RELOAD_MS = 500;

/** Finds files by the ids that clients know. */
export interface FileIndex {
  locate(fileId: string): Promise<AssetId | undefined>;
}

export function createFileIndex(list: () => AsyncIterable<AssetStatus>): FileIndex {
  let assetsById = new Map<string, AssetId>();
  let loadedAtMs = 0;
  async function load(): Promise<void> {
    const found = new Map<string, AssetId>();
    for await (const { id } of list()) found.set(fileIdOf(id), id);
    assetsById = found;
    loadedAtMs = Date.now();
  }
  return {
    async locate(fileId) {
      const there = assetsById.get(fileId);
      if (there !== undefined) return there;
      if (Date.now() - loadedAtMs > RELOAD_MS) await load();
      return assetsById.get(fileId);
    },
  };
}

export const noFileError = (fileId: string): MediasearchError =>
  new MediasearchError("NOT_FOUND", `${fileId}: there is no such file`, {
    subject: fileId,
    hint: "GET /v1/files lists what there is",
  });

/** How a file is named to a caller: never by its path unless the caller may see paths. */
export const namesOf = (
  id: AssetId,
  { seesPaths }: Pick<Reader, "seesPaths">,
): { readonly file: string; readonly path?: string } => ({
  file: nameOf(id),
  ...(seesPaths ? { path: id } : {}),
});

/**
 * A pattern with a folder in it would tell where files are, by trying.
 * @throws USAGE
 */
export function refuseFolderPattern(
  pattern: string,
  { seesPaths }: Pick<Reader, "seesPaths">,
): void {
  if (seesPaths || !/[/\\]/.test(pattern)) return;
  throw new MediasearchError("USAGE", "file: must be a name or a glob of names, without a folder", {
    subject: "file",
    hint: "a key with the scope paths may name folders",
  });
}
