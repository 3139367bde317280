import type { AssetId, AssetStatus } from "../../backends/catalog.ts";
import type { ReadableLibrary } from "../../backends/library.ts";
import type { SearchFilter } from "../../backends/search-index.ts";
import type { SearchRequest } from "../../app/requests.ts";
import { searchLibrary } from "../../app/search/search.ts";
import { MediasearchError } from "../../errors.ts";
import { groupByFile, type SearchResult } from "../../results/search-result.ts";
import { resultFacts } from "../../results/records.ts";
import { filePatterns } from "../../search/query/parse.ts";
import type { MarkedSpan } from "../../search/snippet.ts";
import { fileIdOf, mediaKind } from "../file-names.ts";
import { labelledFiles } from "./labels.ts";
import { namesOf, type Reader, refuseFolderPattern } from "./reader.ts";
import { formatInstant } from "../../text/format.ts";

/** As clients send it: `SearchRequest` of docs/schemas/api.v1.json. */
export interface SearchArgs extends Omit<SearchRequest, "query"> {
  readonly q: string;
  readonly groupBy?: "file" | undefined;
  readonly fileId?: string | undefined;
  readonly collection?: string | undefined;
  readonly tag?: string | undefined;
}

/** Answers a search as `SearchPage` of docs/schemas/api.v1.json. */
export async function search(reader: Reader, args: SearchArgs) {
  const startedAt = performance.now();
  const { q, groupBy, fileId, collection, tag, ...request } = args;
  if (q.trim() === "")
    throw new MediasearchError("USAGE", "q: nothing to search for", { subject: "q" });
  for (const pattern of [...filePatterns(q), ...(request.file === undefined ? [] : [request.file])])
    refuseFolderPattern(pattern, reader);
  const files = await wantedFiles(reader, { fileId, collection, tag });
  const { page, mark } = await searchLibrary(
    {
      library: files ? narrowLibrary(reader.library, files) : reader.library,
      openEmbedder: reader.openEmbedder,
      cwd: "/",
    },
    { ...request, query: q },
  );
  const { results } = page;
  const assets = await assetsOf(reader, results);
  return {
    version: 1,
    query: q,
    mode: page.mode,
    total: page.total,
    moments: page.momentTotal,
    totalIs: page.totalIs,
    offset: page.offset,
    didYouMean: page.didYouMean,
    note: page.note,
    processingTimeMs: Math.round((performance.now() - startedAt) * 100) / 100,
    ...(reader.asOfMs === undefined ? {} : { asOf: formatInstant(reader.asOfMs) }),
    hits: results.map((hit) => toHit(hit, assets.get(hit.path), mark(hit.text), reader)),
    ...(groupBy === "file" ? { groups: groupsOf(results, reader) } : {}),
  };
}

const groupsOf = (found: readonly SearchResult[], reader: Reader) =>
  groupByFile(found).map(({ path, results }) => ({
    fileId: fileIdOf(path),
    file: namesOf(path, reader).file,
    hits: results.map(({ number }) => number),
  }));

async function assetsOf(
  { library }: Reader,
  hits: readonly SearchResult[],
): Promise<ReadonlyMap<AssetId, AssetStatus>> {
  const assets = new Map<AssetId, AssetStatus>();
  for (const id of new Set(hits.map(({ path }) => path))) {
    const asset = await library.catalog.get(id);
    if (asset) assets.set(id, asset);
  }
  return assets;
}

/** Parts of a text that match, as UTF-16 offsets. */
export function highlightsOf(spans: readonly MarkedSpan[]): [number, number][] {
  const found: [number, number][] = [];
  let at = 0;
  for (const { text, matched } of spans) {
    if (matched) found.push([at, at + text.length]);
    at += text.length;
  }
  return found;
}

function toHit(
  hit: SearchResult,
  asset: AssetStatus | undefined,
  spans: readonly MarkedSpan[],
  reader: Reader,
) {
  const fileId = fileIdOf(hit.path);
  const seconds = Math.floor(hit.startMs / 1000);
  const recordedAtMs = asset?.recordedAtMs ?? null;
  return {
    number: hit.number,
    ...resultFacts(hit),
    ...namesOf(hit.path, reader),
    fileId,
    kind: mediaKind(hit.path),
    language: asset?.language ?? null,
    durationMs: asset?.durationMs ?? null,
    recordedAt: recordedAtMs === null ? null : formatInstant(recordedAtMs),
    highlights: highlightsOf(spans),
    links: {
      self: `/v1/files/${fileId}`,
      media: `/v1/files/${fileId}/media#t=${seconds}`,
      transcript: `/v1/files/${fileId}/transcript`,
      page: `/f/${fileId}#t=${seconds}`,
    },
  };
}

interface Wanted {
  readonly fileId: string | undefined;
  readonly collection: string | undefined;
  readonly tag: string | undefined;
}

/** The files that a search is limited to besides its filters; undefined for no limit. */
async function wantedFiles(
  reader: Reader,
  { fileId, collection, tag }: Wanted,
): Promise<ReadonlySet<AssetId> | undefined> {
  const sets: ReadonlySet<AssetId>[] = [];
  if (fileId !== undefined) sets.push(new Set([(await reader.find(fileId)).id]));
  if (collection !== undefined || tag !== undefined)
    sets.push(await labelledFiles(reader, { collection, tag }));
  const [first, ...others] = sets;
  return first && new Set([...first].filter((id) => others.every((set) => set.has(id))));
}

/** A library in which searches find only these files. */
function narrowLibrary(library: ReadableLibrary, files: ReadonlySet<AssetId>): ReadableLibrary {
  const { searchIndex } = library;
  const within = (filter: SearchFilter): SearchFilter => ({
    ...filter,
    assets: filter.assets ? new Set([...filter.assets].filter((id) => files.has(id))) : files,
  });
  return {
    ...library,
    searchIndex: {
      ...searchIndex,
      searchText: (query, filter, limit) => searchIndex.searchText(query, within(filter), limit),
      countText: (query, filter) => searchIndex.countText(query, within(filter)),
      searchVector: (vector, filter, limit) =>
        searchIndex.searchVector(vector, within(filter), limit),
    },
  };
}
