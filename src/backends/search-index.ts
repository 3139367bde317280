import type { SearchTerm } from "../text/terms.ts";
import type { TextPattern } from "../text/text-patterns.ts";
import type { Language, Origin, Segment } from "../types.ts";
import type { AssetId } from "./catalog.ts";
import type { HeadingKind } from "./headings.ts";

/** Conditions that hits must meet. They apply before the limit. */
export interface SearchFilter {
  /** Only these files. An empty set finds nothing. */
  readonly assets?: ReadonlySet<AssetId> | undefined;
  /**
   * Ignores case. Matches a speaker whose name equals it or contains it as whole words: "ann" finds
   * "Ann Lee" and not "Joanna".
   */
  readonly speaker?: string | undefined;
  /** What else must hold. */
  readonly where?: Condition | undefined;
}

/**
 * What a segment or its file must be, combined at will. A value that is not known (null) meets no
 * comparison. An empty
 * `all` always holds, an empty `any` never.
 * - term: is in the text or in the speaker's name
 * - phrase: these exact words in a row, whatever their case, accents and punctuation; also from the
 * end of this segment
 *   into the next ones of the same version
 * - near: all these words, inflected or not, in any order, with at most `within` other words
 *   between the first and the last of them; in one segment
 * - pattern: is in the text or in the speaker's name. A search that would take longer than seconds
 *   for it rejects with TIMED_OUT
 * - during: some of it is said between these times of its file
 * - speaker: as `SearchFilter.speaker`
 * - heading: a title, show or chapter over it has these words in a row, whatever their case
 * - language: equals the tag or is narrower ("en" takes "en-GB"), whatever the case
 * - recordedAtMs: when the recording was made where that is known, else when its file was changed
 */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly term: SearchTerm }
  | { readonly phrase: string }
  | { readonly near: readonly string[]; readonly within: number }
  | { readonly pattern: TextPattern }
  | { readonly during: readonly [fromMs: number, untilMs: number] }
  /** `named`: how they were asked for. */
  | { readonly assets: ReadonlySet<AssetId>; readonly named?: string }
  | { readonly speaker: string }
  | { readonly language: string }
  | { readonly origin: Origin }
  | { readonly heading: HeadingKind; readonly has: string }
  | Comparison;

export interface Comparison {
  readonly compare: "recordedAtMs" | "durationMs" | "confidence";
  readonly is: "<" | "<=" | ">" | ">=";
  readonly value: number;
}

export interface Hit {
  readonly asset: AssetId;
  readonly segment: Segment;
  /** Higher is better. Scores of one answer can be compared, those of two answers can not. */
  readonly score: number;
  readonly origin: Origin;
  readonly engine: string;
  /** Of the transcript. */
  readonly language: Language;
}

/** A title or the heading of a chapter, with the segment that is said first under it. */
export interface HeadingHit extends Hit {
  readonly heading: string;
  /** Where the part that it stands over ends, in milliseconds. */
  readonly headingEndMs: number;
}

export interface TextQuery {
  /** A segment matches that has any of them (OR); they rank the hits. */
  readonly terms: readonly SearchTerm[];
  /**
   * true: a segment that meets the filter and has none of the terms is found too, after the others,
   * with score 0.
   */
  readonly termsOptional?: boolean | undefined;
}

/**
 * Answers searches over the current versions of all files that are not deleted. Passes
 * `search-index.contract.ts`.
 * Text of a query is never syntax.
 */
export interface SearchIndex {
  /**
   * At most `limit` hits by BM25, best first, ties by file and segment index, whatever the limit:
   * the hits of a smaller limit are the first of those of a larger one. The names of speakers are
   * searched too. Without terms there are no hits, unless the terms are optional.
   */
  searchText(query: TextQuery, filter: SearchFilter, limit: number): Promise<Hit[]>;
  /** Exactly how many segments `searchText` would find without a limit. */
  countText(query: TextQuery, filter: SearchFilter): Promise<number>;
  /**
   * At most `limit` hits by inner product (the score), best first. The best hundred are ordered by
   * exact scores; those after them may be ordered by estimates. Rejects with MODEL_MISMATCH when
   * the length is not that of the library's embedding model.
   */
  searchVector(vector: Float32Array, filter: SearchFilter, limit: number): Promise<Hit[]>;
  /**
   * At most `limit` titles and chapters that have any of the terms, best first, each with the first
   * segment whose middle is under it. The filter holds for that segment. Files without
   * segments have none.
   */
  searchHeadings(
    terms: readonly SearchTerm[],
    filter: SearchFilter,
    limit: number,
  ): Promise<HeadingHit[]>;
  /**
   * How rare each term is: the inverse document frequency that BM25 has for it over the segments of
   * all files that are not deleted, whatever the filter; 0 for a term without letters.
   */
  termWeights(terms: readonly SearchTerm[]): Promise<readonly number[]>;
  /**
   * For each word that occurs nowhere: the likeliest word that does, in lower case. Words that
   * occur, and words that resemble none, are left out.
   */
  spellings(words: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /**
   * The languages other than English by whose endings words are kept, as `inflectedLanguage` names
   * them: all those of the files, and maybe those of files that are gone. Whoever searches loads
   * their endings first (`text/inflections.ts`).
   */
  inflectedLanguages(): Promise<readonly string[]>;
}
