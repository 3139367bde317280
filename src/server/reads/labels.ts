import type { AssetId } from "../../backends/catalog.ts";
import type { Records } from "../../backends/records.ts";
import { fileIdOf } from "../file-names.ts";
import { noFileError, type Reader } from "./reader.ts";
import { MediasearchError } from "../../errors.ts";

/** Kinds of records, as both the reading and the writing side name them. */
export const COLLECTION = "collection";
export const FILE_TAGS = "file-tags";

/** A named set of files. */
export interface Collection {
  readonly name: string;
  readonly description: string;
  /** Ids as clients know them. */
  readonly fileIds: readonly string[];
  readonly createdAtMs: number;
  readonly createdBy: string;
  /** Whose it is: that of a restricted caller, or null for everybody who sees all files. */
  readonly tenant: string | null;
}

/** Whether a caller may see what belongs to a tenant. */
export const isOwn = (tenant: string | null, { tenant: own }: Pick<Reader, "tenant">): boolean =>
  own === null || own === tenant;

type ReadRecords = Pick<Records, "get" | "list">;

type LabelReader = Pick<Reader, "records" | "tenant">;

/** The collections that the caller may know of. */
export async function readCollections(
  reader: LabelReader,
): Promise<ReadonlyMap<string, Collection>> {
  const all = (await reader.records.list(COLLECTION)).map(
    ({ id, value }) => [id, value as unknown as Collection] as const,
  );
  return new Map(all.filter(([, { tenant }]) => isOwn(tenant, reader)));
}

export async function readTags(
  records: ReadRecords,
): Promise<ReadonlyMap<string, readonly string[]>> {
  return new Map(
    (await records.list(FILE_TAGS)).map(({ id, value }) => [id, value as readonly string[]]),
  );
}

/** What files are marked with, by their ids. */
export interface Labels {
  collectionsOf(fileId: string): readonly string[];
  tagsOf(fileId: string): readonly string[];
}

export async function readLabels(reader: LabelReader): Promise<Labels> {
  const [collections, tags] = await Promise.all([
    readCollections(reader),
    readTags(reader.records),
  ]);
  const byFile = new Map<string, string[]>();
  for (const [id, { fileIds }] of collections)
    for (const fileId of fileIds) byFile.set(fileId, [...(byFile.get(fileId) ?? []), id]);
  return {
    collectionsOf: (fileId) => byFile.get(fileId) ?? [],
    tagsOf: (fileId) => tags.get(fileId) ?? [],
  };
}

/**
 * The visible files of a collection, with a tag, or both.
 * @throws NOT_FOUND for no such collection.
 */
export async function labelledFiles(
  reader: LabelReader & Pick<Reader, "library">,
  wanted: { readonly collection?: string | undefined; readonly tag?: string | undefined },
): Promise<ReadonlySet<AssetId>> {
  const labels = await readLabels(reader);
  const { collection, tag } = wanted;
  if (collection !== undefined && !(await readCollections(reader)).has(collection))
    throw noCollectionError(collection);
  const found = new Set<AssetId>();
  for await (const { id } of reader.library.catalog.list()) {
    const fileId = fileIdOf(id);
    if (collection !== undefined && !labels.collectionsOf(fileId).includes(collection)) continue;
    if (tag !== undefined && !labels.tagsOf(fileId).includes(tag)) continue;
    found.add(id);
  }
  return found;
}

export const noCollectionError = (id: string): MediasearchError =>
  new MediasearchError("NOT_FOUND", `${id}: there is no such collection`, {
    subject: id,
    hint: "GET /v1/collections lists what there is",
  });

/** The visible ones of some files. @throws NOT_FOUND for one that the caller can't see. */
export async function visibleFiles(
  reader: Pick<Reader, "find">,
  fileIds: readonly string[],
): Promise<readonly string[]> {
  for (const fileId of fileIds)
    await reader.find(fileId).catch(() => {
      throw noFileError(fileId);
    });
  return [...new Set(fileIds)];
}
