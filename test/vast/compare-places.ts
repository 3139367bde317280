import type { ReadableLibrary } from "../../src/backends/library.ts";
import { search, type SearchMode } from "../../src/search/hybrid.ts";
import { type ComparedQuery, embedder } from "./search-queries.ts";

const LIMIT = 10;
/** Scores of vectors are of numbers with seven digits. */
const SAME_SCORE = 1e-5;
/**
 * Where both rankings become one, nearness counts from the last of 500: a replica estimates it from
 * codes, which err more the fewer numbers a vector has.
 */
const SAME_HYBRID_SCORE = 0.1;
const SAME_HYBRID_TOTAL = 0.01;

/** What a query finds, in lines that can be compared, or how it fails. */
export interface Answered {
  readonly total: number;
  readonly hits: readonly { readonly key: string; readonly score: number }[];
  readonly didYouMean: string | null;
  readonly error: string;
}

export async function answerOf(
  library: ReadableLibrary,
  { query, mode }: ComparedQuery,
): Promise<Answered> {
  try {
    const found = await search(library, embedder, { query, mode, limit: LIMIT, filter: {} });
    const hits = found.hits.map(({ asset, segment, score }) => ({
      key: `${asset}#${segment.index} ${segment.text}`,
      score,
    }));
    return { total: found.total, hits, didYouMean: found.didYouMean, error: "" };
  } catch (error) {
    return { total: -1, hits: [], didYouMean: null, error: String(error) };
  }
}

/** What differs; "" when nothing does. In hybrid mode equals by the estimates may change places. */
export function differenceOf(mode: SearchMode, a: Answered, b: Answered): string {
  if (a.error !== b.error) return `error: ${a.error} | ${b.error}`;
  // Of the 500 nearest, the last are those of the estimates.
  const apartTotals = mode === "hybrid" ? Math.floor(a.total * SAME_HYBRID_TOTAL) : 0;
  if (Math.abs(a.total - b.total) > apartTotals) return `total: ${a.total} | ${b.total}`;
  if (a.didYouMean !== b.didYouMean) return `meant: ${a.didYouMean} | ${b.didYouMean}`;
  if (a.hits.length !== b.hits.length) return `hits: ${a.hits.length} | ${b.hits.length}`;
  const apart = mode === "hybrid" ? SAME_HYBRID_SCORE : SAME_SCORE;
  const isNear = (one: number, other: number): boolean =>
    Math.abs(one - other) <= apart * Math.max(1, one);
  const last = b.hits.at(-1)?.score ?? 0;
  const at = a.hits.findIndex(({ key, score }, i) => {
    const same = mode === "hybrid" ? b.hits.find((hit) => hit.key === key) : b.hits[i];
    if (!same) return mode !== "hybrid" || !isNear(score, last);
    return same.key !== key || !isNear(score, same.score);
  });
  if (at < 0) return "";
  const [one, other] = [a.hits[at], b.hits[at]];
  return `hit ${at + 1}: ${one?.key} ${one?.score} | ${other?.key} ${other?.score}`;
}
