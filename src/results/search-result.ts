import type { Origin, RecordingPart, Segment } from "../types.ts";

/** A line of a transcript; times in milliseconds from the start of its file. */
export interface ResultLine {
  readonly startMs: number;
  readonly endMs: number;
  readonly speaker: string | null;
  readonly text: string;
}

/** Takes from a segment what it says and when, without what only the library needs. */
export const toLine = ({ startMs, endMs, speaker, text }: Segment): ResultLine => ({
  startMs,
  endMs,
  speaker,
  text,
});

/** A hit that is folded under a better one of the same moment. */
export interface FoldedHit extends ResultLine {
  readonly score: number;
}

/** A moment elsewhere that is near in meaning to a hit. */
export interface RelatedMoment extends FoldedHit {
  /** Absolute path of the file. */
  readonly path: string;
  /** The path as the user would write it. */
  readonly file: string;
}

/** A hit as it is printed, played and cut: the best of its moment. */
export interface SearchResult extends ResultLine {
  /** Its place in the ranking, from 1: what `--play N` and `--clip N` mean. */
  readonly number: number;
  /** Absolute path of the file. */
  readonly path: string;
  /** The path as the user would write it. */
  readonly file: string;
  readonly score: number;
  readonly origin: Origin;
  /**
   * An address that opens the file for a while, at the moment. With `--links`, for files in object
   * stores.
   */
  readonly url?: string | undefined;
  /** The title or chapter over it, where words of the query are in that and not in the line. */
  readonly heading?: string | undefined;
  /** Time codes that the source shows at its start and end, where it notes any. */
  readonly timecodes?: { readonly start: string; readonly end: string } | undefined;
  /** Where its file is in a recording of several files. */
  readonly part?: RecordingPart | undefined;
  /** Moments elsewhere that are near in meaning, best first. With `--related`. */
  readonly related?: readonly RelatedMoment[] | undefined;
  /** Lines around it, with `--context`. */
  readonly before: readonly ResultLine[];
  readonly after: readonly ResultLine[];
  /** The other hits of the same moment, best first. */
  readonly folded: readonly FoldedHit[];
  /**
   * What each part of the search thought of it, by name; null where a part did not find it. With
   * `--explain`.
   */
  readonly explain: Readonly<Record<string, number | null>> | null;
}

/** One page of an answer. */
export interface ResultPage {
  readonly query: string;
  readonly mode: string;
  /** All hits there are, on this page or not, folded or not. */
  readonly total: number;
  /** How many there are to page through, where hits of a moment are folded under the best. */
  readonly momentTotal: number;
  /** "ranked": nearness in meaning has no natural end; the best are ranked and counted. */
  readonly totalIs: "all" | "ranked";
  /** How many better results were skipped. */
  readonly offset: number;
  readonly results: readonly SearchResult[];
  /** The query as it may have been meant; null when there is nothing to put right. */
  readonly didYouMean: string | null;
  /** Why nothing was found, or that what was found has no word of the query; else null. */
  readonly note: string | null;
}

export interface FileGroup {
  readonly path: string;
  readonly file: string;
  readonly results: readonly SearchResult[];
}

/** How many hits there are, those included that are folded under the listed ones. */
export const countHits = (results: readonly Pick<SearchResult, "folded">[]): number =>
  results.reduce((sum, { folded }) => sum + 1 + folded.length, 0);

/**
 * Makes one group for each file, the file with the best hit first. Inside a file, hits are in order
 * of time.
 */
export function groupByFile(results: readonly SearchResult[]): FileGroup[] {
  const groups = new Map<string, SearchResult[]>();
  for (const result of results)
    groups.set(result.path, [...(groups.get(result.path) ?? []), result]);
  return [...groups].map(([path, hits]) => ({
    path,
    file: hits[0]?.file ?? path,
    results: hits.toSorted((a, b) => a.startMs - b.startMs),
  }));
}
