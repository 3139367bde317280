import type { SearchFilter } from "../../backends/search-index.ts";
import type { ReadableLibrary } from "../../backends/library.ts";
import { MediasearchError } from "../../errors.ts";
import { foldMoments, unfolded } from "../../search/moments.ts";
import type { RankedHit } from "../../search/result.ts";
import type { EmbeddedSegment } from "../../types.ts";
import { findAsset } from "../find-asset.ts";
import type { SearchRequest } from "../requests.ts";
import { parseTimeRange, type TimeRange } from "../time-range.ts";
import { searchFilter } from "./filter.ts";
import { toSearchResults } from "./results.ts";
import type { SearchResponse } from "./search.ts";

/** A moment that others are compared with. */
interface Moment {
  /** A path, or a name or glob that only one file of the library has. */
  readonly file: string;
  readonly at: TimeRange;
}

/** Nearness has no end: so many of the nearest are ranked. */
const DEPTH = 300;
/** What is said so near to the moment is the moment itself. */
const SAME_MS = 60_000;
const DEFAULT_LIMIT = 10;

/**
 * Reads `talk.mp3@12:30`; the last @ counts, because names may have one.
 * @throws USAGE
 */
export function parseMoment(name: string, written: string): Moment {
  const at = written.lastIndexOf("@");
  if (at <= 0)
    throw new MediasearchError("USAGE", `${name}: must be FILE@TIME, not "${written}"`, {
      subject: name,
      hint: 'mediasearch search --like "talk.mp3@12:30"',
    });
  return { file: written.slice(0, at), at: parseTimeRange(name, written.slice(at + 1)) };
}

/**
 * Finds what is near in meaning to what is said at a moment, best first, the moment itself left
 * out. It compares the library's own vectors, so that no model is loaded.
 * @throws NOT_FOUND when nothing is said at that time, or what is said has no vector yet.
 */
export async function searchLike(
  library: ReadableLibrary,
  { file, at }: Moment,
  request: Omit<SearchRequest, "query" | "mode">,
  cwd: string,
): Promise<SearchResponse> {
  const { limit = DEFAULT_LIMIT, offset = 0, context = 0, explain = false } = request;
  const { allHits = false, minScore = -Infinity } = request;
  const { id } = await findAsset(library.catalog, file, cwd);
  const wanted = withVector(id, await segmentAt(library, id, at));
  const filter: SearchFilter = await searchFilter(request, library.catalog, cwd);
  const near = await hitsNear(library, id, wanted, filter);
  const ranked = near.filter(({ score }) => score >= minScore);
  const moments = allHits ? unfolded(ranked) : foldMoments(ranked);
  const hits = moments.slice(offset, offset + limit);
  return {
    page: {
      query: wanted.text,
      mode: "semantic",
      total: ranked.length,
      momentTotal: moments.length,
      totalIs: "ranked",
      offset,
      results: await toSearchResults(library.versions, hits, { cwd, offset, context, explain }),
      didYouMean: null,
      note: null,
    },
    mark: (text) => [{ text, matched: false }],
    matchesAnyFile: filter.assets?.size !== 0,
  };
}

type WithVector = EmbeddedSegment & { readonly vector: Float32Array };

/** What is near in meaning to a segment of a file, best first, its own moment left out. */
export async function hitsNear(
  { searchIndex }: Pick<ReadableLibrary, "searchIndex">,
  id: string,
  wanted: WithVector,
  filter: SearchFilter,
): Promise<readonly RankedHit[]> {
  const near = await searchIndex.searchVector(wanted.vector, filter, DEPTH);
  return near
    .filter(
      ({ asset, segment }) =>
        asset !== id ||
        segment.startMs >= wanted.endMs + SAME_MS ||
        segment.endMs <= wanted.startMs - SAME_MS,
    )
    .map((hit) => ({ ...hit, explain: { bm25: null, cosine: hit.score } }));
}

/** The segment that is said at a time, else the last one before it. */
export async function segmentAt(
  { versions }: Pick<ReadableLibrary, "versions">,
  id: string,
  { startMs, endMs }: TimeRange,
): Promise<EmbeddedSegment | undefined> {
  let said: EmbeddedSegment | undefined;
  for await (const segment of versions.read(id)) {
    if (said && segment.startMs >= endMs) break;
    if (segment.startMs < endMs) said = segment;
    if (segment.startMs <= startMs && segment.endMs > startMs) break;
  }
  return said;
}

/** @throws NOT_FOUND */
function withVector(id: string, said: EmbeddedSegment | undefined): WithVector {
  if (!said)
    throw new MediasearchError("NOT_FOUND", `${id}: nothing is said at that time`, {
      subject: id,
    });
  const { vector } = said;
  if (vector === null)
    throw new MediasearchError("NOT_FOUND", `${id}: what is said there has no vector yet`, {
      subject: id,
      hint: "mediasearch index",
    });
  return { ...said, vector };
}
