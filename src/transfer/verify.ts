import { createHash } from "node:crypto";
import type { AssetId, AssetStatus } from "../backends/catalog.ts";
import type { Backend } from "../backends/backend.ts";
import type { Hit, SearchFilter } from "../backends/search-index.ts";
import type { ReadableLibrary } from "../backends/library.ts";
import { queryTerms } from "../text/query-terms.ts";
import { isPlace } from "../text/untrusted.ts";
import type { EmbeddedSegment } from "../types.ts";
import { asMoved, type CopyOptions, isCopied, readerOf } from "./copy.ts";
import { digestVersion } from "./digest.ts";
import { inParallel } from "./in-parallel.ts";

export interface Difference {
  readonly id: AssetId;
  readonly what: string;
}

/** What was compared of two libraries, and how it came out. */
export interface Proof {
  readonly versions: number;
  readonly segments: number;
  readonly vectors: number;
  /** SHA-256 over the digests of all versions in the order of their ids: one line to keep. */
  readonly digest: string;
  readonly queries: number;
  readonly differences: readonly Difference[];
}

/** How many segments give a sample query by words and one by meaning. */
const SAMPLE = 20;
const HITS = 10;

interface SegmentSample {
  readonly rank: string;
  readonly text: string;
  readonly vector: Float32Array | null;
}

/**
 * Reads every version on both sides and compares count and content, then asks both the same
 * queries. The memory that it needs does not grow with the libraries.
 */
export async function verifyCopy(
  source: Backend,
  target: Backend,
  options: CopyOptions & { readonly newer?: ReadonlySet<AssetId>; readonly onVersion?: () => void },
): Promise<Proof> {
  const sum = { versions: 0, segments: 0, vectors: 0 };
  const differences: Difference[] = [];
  const digests: [AssetId, string][] = [];
  const samples: SegmentSample[] = [];
  const wants = (id: AssetId): boolean =>
    options.wants(id) && isPlace(id) && !options.newer?.has(id);
  await inParallel(
    source.library.catalog.list(),
    Math.min(4, target.library.versions.concurrentCommits),
    async (sourceAsset) => {
      if (!wants(sourceAsset.id)) return;
      const asset = asMoved(sourceAsset, options);
      options.signal.throwIfAborted();
      const id = options.rename(asset.id);
      const there = await target.library.catalog.get(id);
      if (!there || !isCopied(asset, there))
        return void differences.push({
          id: asset.id,
          what: there ? "its state or version is another" : "is missing",
        });
      if (asset.fingerprint === null) return;
      const ours = await digestVersion(
        asset,
        readerOf(asset, source.library, options.sourceCopy).read(asset.id),
        asset.state === "deleted" ? undefined : (segment) => keepSample(samples, asset, segment),
      );
      const theirs = await digestVersion(
        there,
        readerOf(there, target.library, options.targetCopy).read(id),
      );
      if (ours.segments !== theirs.segments)
        differences.push({ id: asset.id, what: `${theirs.segments} of ${ours.segments} segments` });
      else if (ours.digest !== theirs.digest)
        differences.push({ id: asset.id, what: "its content is another" });
      sum.versions++;
      sum.segments += ours.segments;
      sum.vectors += ours.vectors;
      digests.push([asset.id, ours.digest]);
      options.onVersion?.();
    },
  );
  const all = createHash("sha256");
  for (const [id, digest] of digests.toSorted(([a], [b]) => (a < b ? -1 : 1)))
    all.update(`${digest} ${id}\n`);
  const answers = await compareAnswers(
    source.library,
    options.targetCopy ?? target.library,
    samples,
    {
      ...options,
      wants,
    },
  );
  return {
    ...sum,
    digest: all.digest("hex"),
    queries: answers.queries,
    differences: [...differences, ...answers.differences],
  };
}

/**
 * Keeps the segments with the smallest digests: they are spread over the library and the same every
 * time.
 */
function keepSample(
  samples: SegmentSample[],
  { fingerprint }: AssetStatus,
  { index, text, vector }: EmbeddedSegment,
): void {
  const rank = createHash("sha1").update(`${fingerprint}/${index}`).digest("hex");
  if (samples.length === SAMPLE && rank >= (samples.at(-1)?.rank ?? "")) return;
  samples.push({ rank, text, vector });
  samples.sort((a, b) => (a.rank < b.rank ? -1 : 1));
  samples.length = Math.min(samples.length, SAMPLE);
}

async function compareAnswers(
  source: ReadableLibrary,
  target: ReadableLibrary,
  samples: readonly SegmentSample[],
  options: Pick<CopyOptions, "wants" | "rename">,
): Promise<{ queries: number; differences: Difference[] }> {
  const { names, isWhole } = await sharedAssets(source, target, options);
  const filters: readonly [SearchFilter, SearchFilter] = isWhole
    ? [{}, {}]
    : [{ assets: new Set(names.values()) }, { assets: new Set(names.keys()) }];
  const differences: Difference[] = [];
  let queries = 0;
  for (const sample of samples)
    for (const ask of questionsOf(sample, isWhole)) {
      queries++;
      const [a, b] = await Promise.all([ask(source, filters[0]), ask(target, filters[1])]);
      const [ours, theirs] = [ranking(a, (id) => id), ranking(b, (id) => names.get(id) ?? id)];
      if (ours !== theirs)
        differences.push({
          id: `query ${JSON.stringify(sample.text.slice(0, 60))}`,
          what: "other hits than in the source",
        });
    }
  return { queries, differences };
}

/** The assets that both libraries should have: the id in the source by the id in the target. */
async function sharedAssets(
  source: ReadableLibrary,
  target: ReadableLibrary,
  { wants, rename }: Pick<CopyOptions, "wants" | "rename">,
): Promise<{
  readonly names: ReadonlyMap<AssetId, AssetId>;
  /** Whether neither library has anything else that can be found. */
  readonly isWhole: boolean;
}> {
  const names = new Map<AssetId, AssetId>();
  let others = 0;
  for await (const { id, state } of source.catalog.list())
    if (wants(id)) names.set(rename(id), id);
    else if (state !== "deleted") others++;
  for await (const { id, state } of target.catalog.list())
    if (!names.has(id) && state !== "deleted") others++;
  return { names, isWhole: others === 0 };
}

type ComparedSearch = (library: ReadableLibrary, filter: SearchFilter) => Promise<Hit[]>;

/**
 * The queries that a sample gives: by its first words, and by its vector. BM25 weighs a word by the
 * whole library, so `byWords` must be false where the two hold different files; the order by
 * meaning is the same wherever the same vectors are.
 */
function questionsOf({ text, vector }: SegmentSample, byWords: boolean): readonly ComparedSearch[] {
  const terms = queryTerms(text).slice(0, 6);
  const questions: ComparedSearch[] = [];
  if (byWords && terms.length > 0)
    questions.push((library, filter) => library.searchIndex.searchText({ terms }, filter, HITS));
  if (vector)
    questions.push((library, filter) => library.searchIndex.searchVector(vector, filter, HITS));
  return questions;
}

/**
 * Writes hits as comparable text. When the list is full, hits that tie with the last one are left
 * out, because two libraries may cut off different ones.
 */
function ranking(hits: readonly Hit[], nameOf: (id: AssetId) => AssetId): string {
  const score = (hit: Hit): string => hit.score.toFixed(4);
  const last = hits.length === HITS ? score(hits.at(-1) as Hit) : undefined;
  return hits
    .filter((hit) => score(hit) !== last)
    .map((hit) => `${score(hit)} ${nameOf(hit.asset)} ${hit.segment.index}`)
    .toSorted()
    .join("\n");
}
