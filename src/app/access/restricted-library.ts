import type { AssetId, AssetState, AssetStatus, ReadableCatalog } from "../../backends/catalog.ts";
import type { ReadableLibrary } from "../../backends/library.ts";
import type {
  Condition,
  Hit,
  SearchFilter,
  SearchIndex,
  TextQuery,
} from "../../backends/search-index.ts";
import type { ReadableVersions } from "../../backends/versions.ts";
import type { SearchTerm } from "../../text/terms.ts";
import type { EmbeddedSegment, Segment } from "../../types.ts";
import type { AccessFilter } from "./access-filter.ts";
import { scoreHits } from "./local-scores.ts";

/** How deep hits by words are read and scored anew, so that pages fit together. */
const DEPTH = 1000;
/** How long the list of visible files is kept. A file that is new meanwhile appears afterwards. */
const FILES_KEPT_MS = 1000;

/**
 * A library of which only what a filter admits can be seen, on every way: files, words, counts,
 * scores and suggestions are those of a library that holds nothing else. Whoever reads through it
 * needs no check of their own.
 */
export function restrictLibrary(library: ReadableLibrary, filter: AccessFilter): ReadableLibrary {
  const catalog = restrictCatalog(library, filter);
  return {
    catalog,
    versions: restrictVersions(library, filter, catalog),
    searchIndex: restrictSearchIndex(library.searchIndex, filter, catalog),
    embeddings: library.embeddings,
  };
}

/** A condition on titles and chapters, which are not seen through a filter, is met by nothing. */
function withoutHeadings(condition: Condition): Condition {
  if ("all" in condition) return { all: condition.all.map(withoutHeadings) };
  if ("any" in condition) return { any: condition.any.map(withoutHeadings) };
  if ("not" in condition)
    return mentionsHeading(condition.not) ? { any: [] } : { not: condition.not };
  return "heading" in condition ? { any: [] } : condition;
}

function mentionsHeading(condition: Condition): boolean {
  if ("all" in condition) return condition.all.some(mentionsHeading);
  if ("any" in condition) return condition.any.some(mentionsHeading);
  return "not" in condition ? mentionsHeading(condition.not) : "heading" in condition;
}

/** Deleted files are of no use to who reads from outside, and their names might be secret. */
const isThere = ({ state }: AssetStatus): boolean => state !== "deleted";

function restrictCatalog(
  { catalog, versions }: ReadableLibrary,
  filter: AccessFilter,
): ReadableCatalog {
  const facts = new Map<AssetId, { readonly key: string; readonly seen: AssetStatus | null }>();
  /** The file as the filter lets it be seen; undefined when nothing of it may be. */
  async function seen(asset: AssetStatus): Promise<AssetStatus | undefined> {
    if (!isThere(asset) || !filter.admitsFile(asset)) return undefined;
    if (!filter.isBySegment) return asset;
    const key = `${asset.fingerprint}\0${asset.state}\0${asset.recordedAtMs}\0${asset.mtimeMs}`;
    const seenFacts = facts.get(asset.id);
    if (seenFacts?.key === key) return seenFacts.seen ?? undefined;
    const segments = (await versions.readSegments(asset.id, 0, Number.MAX_SAFE_INTEGER)).filter(
      (segment) => filter.admitsSegment(asset, segment),
    );
    const names = segments.flatMap(({ speaker }) => speaker ?? []);
    const status =
      segments.length === 0
        ? null
        : {
            ...asset,
            segmentCount: segments.length,
            speakers: [...new Set(names)].toSorted(),
            error: null,
          };
    facts.set(asset.id, { key, seen: status });
    return status ?? undefined;
  }
  async function* list(): AsyncIterable<AssetStatus> {
    for await (const asset of catalog.list()) {
      const visible = await seen(asset);
      if (visible) yield visible;
    }
  }
  return {
    async get(id) {
      const asset = await catalog.get(id);
      return asset && seen(asset);
    },
    list,
    async countRegistered() {
      let registered = 0;
      for await (const { state } of list()) if (state === "registered") registered++;
      return registered;
    },
    async counts() {
      const assets: Record<AssetState, number> = {
        registered: 0,
        indexed: 0,
        partial: 0,
        failed: 0,
        deleted: 0,
      };
      let [segments, durationMs] = [0, 0];
      for await (const asset of list()) {
        assets[asset.state]++;
        segments += asset.segmentCount;
        durationMs += asset.durationMs ?? 0;
      }
      return { assets, segments, vectors: segments, durationMs, sizeBytes: 0 };
    },
  };
}

function restrictVersions(
  { versions, catalog: all }: ReadableLibrary,
  filter: AccessFilter,
  catalog: ReadableCatalog,
): ReadableVersions {
  const admits = async (id: AssetId): Promise<((segment: Segment) => boolean) | undefined> => {
    const [asset, visible] = await Promise.all([all.get(id), catalog.get(id)]);
    if (!asset || !visible) return undefined;
    return (segment) => filter.admitsSegment(asset, segment);
  };
  const visibleOf = async (found: readonly AssetStatus[]): Promise<AssetStatus[]> =>
    (await Promise.all(found.map(({ id }) => catalog.get(id)))).filter(
      (asset) => asset !== undefined,
    );
  return {
    async *read(id): AsyncIterable<EmbeddedSegment> {
      const isVisible = await admits(id);
      if (!isVisible) return;
      for await (const segment of versions.read(id)) if (isVisible(segment)) yield segment;
    },
    async readSegments(id, from, to) {
      const isVisible = await admits(id);
      return isVisible ? (await versions.readSegments(id, from, to)).filter(isVisible) : [];
    },
    findByFingerprint: async (fingerprint) =>
      visibleOf(await versions.findByFingerprint(fingerprint)),
    findByPrefix: async (prefix) => visibleOf(await versions.findByPrefix(prefix)),
  };
}

function restrictSearchIndex(
  index: SearchIndex,
  filter: AccessFilter,
  catalog: ReadableCatalog,
): SearchIndex {
  let files: { readonly ids: readonly AssetId[]; readonly atMs: number } | undefined;
  async function visibleFiles(): Promise<readonly AssetId[]> {
    if (files && Date.now() - files.atMs < FILES_KEPT_MS) return files.ids;
    const ids: AssetId[] = [];
    for await (const { id } of catalog.list()) ids.push(id);
    files = { ids, atMs: Date.now() };
    return ids;
  }
  /** What was asked, and the filter on top of it. */
  async function within({ assets, speaker, where }: SearchFilter): Promise<SearchFilter> {
    const ids = await visibleFiles();
    const visible = new Set(assets ? ids.filter((id) => assets.has(id)) : ids);
    const parts = [
      ...(where ? [withoutHeadings(where)] : []),
      ...(filter.isByContent ? [await filter.conditionFor(ids)] : []),
    ];
    return {
      assets: visible,
      ...(speaker === undefined ? {} : { speaker }),
      ...(parts.length === 0 ? {} : { where: { all: parts } }),
    };
  }
  /** Inverse document frequencies of BM25 over what is visible. */
  async function weights(terms: readonly SearchTerm[]): Promise<number[]> {
    const everything = await within({});
    const total = await index.countText({ terms: [], termsOptional: true }, everything);
    return Promise.all(
      terms.map(async (term) => {
        const having = await index.countText({ terms: [term] }, everything);
        return having === 0 ? 0 : Math.max(1e-6, Math.log((total - having + 0.5) / (having + 0.5)));
      }),
    );
  }
  return {
    async searchText(query: TextQuery, asked, limit): Promise<Hit[]> {
      const hits = await index.searchText(query, await within(asked), Math.max(limit, DEPTH));
      return scoreHits(hits, query.terms, await weights(query.terms)).slice(0, limit);
    },
    countText: async (query, asked) => index.countText(query, await within(asked)),
    searchVector: async (vector, asked, limit) =>
      index.searchVector(vector, await within(asked), limit),
    // What is known of a content may come from beside a file that is not seen.
    searchHeadings: async () => [],
    termWeights: weights,
    // A suggestion, and the lack of one, would tell which words occur in files of others.
    spellings: async () => new Map<string, string>(),
    // Nobody sees these: they only decide by which endings words are looked up.
    inflectedLanguages: () => index.inflectedLanguages(),
  };
}
