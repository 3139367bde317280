import { type EmbeddingModel, refuseOtherModel } from "../embedding-model.ts";
import type { AssetId, ReadableCatalog } from "../backends/catalog.ts";
import type { Condition, HeadingHit, Hit, SearchFilter } from "../backends/search-index.ts";
import { MAX_HEADINGS } from "./heading-evidence.ts";
import type { ReadableLibrary } from "../backends/library.ts";
import type { Embedder } from "../embed/embedder.ts";
import type { RankedHit, SearchAnswer } from "./result.ts";
import { filesMatching } from "../text/file-filter.ts";
import { calibrationOf } from "./calibrations.ts";
import { cosineFloor, isAbove } from "./floor.ts";
import { foldMoments, unfolded } from "./moments.ts";
import { rankHybrid, segmentKey } from "./rank.ts";
import { formDepth, preferTypedForm, typedFormFirst } from "./typed-form.ts";
import { speakerShare } from "./speaker-evidence.ts";
import { loadInflectors } from "../text/inflections.ts";
import { coverageOf } from "../text/terms.ts";
import { filePatterns, parseQuery, type ParsedQuery } from "./query/parse.ts";

export type SearchMode = "keyword" | "semantic" | "hybrid";

export interface HybridSearchRequest {
  /** As the user typed it. */
  readonly query: string;
  readonly mode: SearchMode;
  readonly limit: number;
  /** How many of the best results are skipped, for the next page; 0 unless given. */
  readonly offset?: number | undefined;
  readonly filter: SearchFilter;
  /**
   * Every hit is listed for itself. Otherwise the hits of a moment are folded under the best one
   * where meaning takes part; by keyword all that match are listed in any case.
   */
  readonly allHits?: boolean | undefined;
  /**
   * The least score of a hit. Unless it is given, hits that have no word of the query and are not
   * nearer in meaning than by chance are left out.
   */
  readonly minScore?: number | undefined;
  /** Where relative paths of `file:` start; "/" unless given. */
  readonly cwd?: string | undefined;
}

/** Opens the embedder for a library, whose vectors are of this model. */
export type OpenEmbedder = (stored: EmbeddingModel) => Promise<Embedder>;

/** How many results a ranking by meaning has at most, since it has no natural end. */
const DEPTH = 1000;
/**
 * How deep two lists are read that become one: deeper changes nothing in the first hits
 * (bench/README.md). The same for every page, or pages would not fit together.
 */
const FUSED = { words: 300, meaning: 500 } as const;

/**
 * Searches by words, by meaning, or by both. What the query's signs require holds in every mode.
 * The embedder is opened only when the mode uses meaning and the library has vectors; a query of
 * conditions only is answered by the keyword index alone.
 * @throws USAGE when the query is malformed; MODEL_MISMATCH when the library's vectors were made by
 * another model.
 */
export async function search(
  library: ReadableLibrary,
  openEmbedder: OpenEmbedder,
  request: HybridSearchRequest,
): Promise<SearchAnswer> {
  const { limit, offset = 0 } = request;
  await loadInflectors(await library.searchIndex.inflectedLanguages());
  const query = await readQuery(library.catalog, request);
  const mode = query.meaning === "" ? "keyword" : request.mode;
  const filter = query.where
    ? { ...request.filter, where: both(request.filter.where, query.where) }
    : request.filter;
  const byMeaning =
    mode === "keyword"
      ? []
      : await searchMeaning(library, openEmbedder, {
          query: query.meaning,
          filter,
          depth: mode === "hybrid" ? FUSED.meaning : DEPTH,
        });
  const pageEnd = Math.max(offset + limit, request.minScore === undefined ? 0 : DEPTH);
  const depth = wordsDepth(mode, byMeaning.length > 0, pageEnd, query.terms);
  const [byWords, meant, weights, headings] = await Promise.all([
    library.searchIndex.searchText(query, filter, mode === "semantic" ? 1 : depth),
    library.searchIndex.spellings(query.words.map(({ text }) => text)),
    mode === "hybrid" ? library.searchIndex.termWeights(query.terms) : [],
    readHeadings(library, mode, query, filter),
  ]);
  const titled = titledOnly(mode, headings, query.terms);
  const count =
    mode === "keyword"
      ? await countWords(library, query, filter, { byWords, depth, titled })
      : undefined;
  const model = byMeaning.length === 0 ? undefined : (await library.embeddings.model())?.embedder;
  const isSaid =
    query.terms.length === 0 || query.needsText || byWords.some(({ score }) => score > 0);
  const mayStay = await leastOf(library, request.minScore, byMeaning, {
    model,
    isSaid,
    needsText: query.needsText,
    wordCount: query.terms.length,
    filter,
  });
  const lists = { byWords, byMeaning, headings, titled, weights, depth, model };
  const ranked = rankLists(mode, query, lists).filter(mayStay);
  const isListed = mode === "keyword" || request.allHits === true;
  const moments = isListed ? unfolded(ranked) : foldMoments(ranked);
  const isCounted = count !== undefined && request.minScore === undefined;
  return {
    total: isCounted ? count : ranked.length,
    momentTotal: isCounted ? count : moments.length,
    totalIs: isCounted ? "all" : "ranked",
    hits: moments.slice(offset, offset + limit),
    marks: query.marks,
    isSaid: isSaid || ranked.some(({ heading }) => heading !== undefined),
    where: query.where,
    didYouMean: corrected(request.query, query.words, meant),
  };
}

interface Lists {
  readonly byWords: readonly Hit[];
  readonly byMeaning: readonly Hit[];
  readonly headings: readonly HeadingHit[];
  readonly titled: readonly RankedHit[];
  readonly weights: readonly number[];
  readonly depth: number;
  readonly model: string | undefined;
}

function rankLists(mode: SearchMode, query: ParsedQuery, lists: Lists): readonly RankedHit[] {
  const { byWords, byMeaning, headings, titled, weights, depth, model } = lists;
  if (mode === "semantic") return byMeaning.map((hit) => explained(hit, "cosine"));
  if (mode === "keyword") {
    const said = typedFormFirst(
      byWords.map((hit) => explained(hit, "bm25")),
      query.terms,
    );
    return byWords.length < depth ? [...said, ...titled] : said;
  }
  const coverage = preferTypedForm(coverageOf(query.terms, weights), query.terms);
  const evidence = {
    speakerShareOf: speakerShare(query.meaning),
    leastSpan: calibrationOf(model)?.leastSpan,
    headings,
  };
  return rankHybrid(byWords, byMeaning, coverage, evidence).slice(0, DEPTH);
}

/**
 * The first segments under titles and chapters that have all words, where no word is said: behind
 * everything that is.
 */
function titledOnly(
  mode: SearchMode,
  headings: readonly HeadingHit[],
  terms: ParsedQuery["terms"],
): readonly RankedHit[] {
  if (mode !== "keyword" || headings.length === 0) return [];
  const coverage = coverageOf(
    terms,
    terms.map(() => 1),
  );
  const found = headings.filter(
    ({ heading, segment, language }) =>
      coverage({ text: heading, speaker: null }) > ALL_WORDS && coverage(segment, language) === 0,
  );
  const first = new Map(found.toReversed().map((one) => [segmentKey(one), one]));
  return [...first.values()].toReversed().map(({ heading, headingEndMs: _end, ...hit }) => ({
    ...hit,
    score: 0,
    explain: { bm25: null, cosine: null, underHeading: 1 },
    heading,
  }));
}

/** Sums of shares are not exact. */
const ALL_WORDS = 0.999;

interface Searched {
  /** Marks the library's vectors. */
  readonly model: string | undefined;
  readonly isSaid: boolean;
  /** Every hit has text that is looked for, because signs ask for it. */
  readonly needsText: boolean;
  readonly wordCount: number;
  readonly filter: SearchFilter;
}

/** The test that a hit must pass to be shown. */
async function leastOf(
  library: ReadableLibrary,
  minScore: number | undefined,
  byMeaning: readonly Hit[],
  { model, isSaid, needsText, wordCount, filter }: Searched,
): Promise<(hit: RankedHit) => boolean> {
  if (minScore !== undefined) return ({ score }) => score >= minScore;
  if (byMeaning.length === 0 || needsText) return () => true;
  // A list that did not reach its depth is all there is.
  const segmentCount =
    isSaid || byMeaning.length < FUSED.meaning
      ? byMeaning.length
      : await library.searchIndex.countText({ terms: [], termsOptional: true }, filter);
  const isNear = isAbove(cosineFloor({ model, isSaid, wordCount, segmentCount }));
  return (hit) => hit.heading !== undefined || isNear(hit);
}

/**
 * Counts the hits by words that must be read: as far as the page goes, or as deep as a ranking of
 * two lists needs.
 */
function wordsDepth(
  mode: SearchMode,
  isFused: boolean,
  pageEnd: number,
  terms: ParsedQuery["terms"],
): number {
  if (mode === "keyword") return Math.max(pageEnd, formDepth(terms));
  return isFused ? FUSED.words : Math.max(DEPTH, pageEnd);
}

/** Counts all hits by words; a list that did not reach its depth holds all there are. */
const countWords = async (
  library: ReadableLibrary,
  query: ParsedQuery,
  filter: SearchFilter,
  { byWords, depth, titled }: Pick<Lists, "byWords" | "depth" | "titled">,
): Promise<number> =>
  titled.length +
  // A library that is shown in part may read no deeper than this.
  (byWords.length < Math.min(depth, DEPTH)
    ? byWords.length
    : await library.searchIndex.countText(query, filter));

/** Signs ask for words that are said. */
const readHeadings = async (
  library: ReadableLibrary,
  mode: SearchMode,
  { terms, needsText }: ParsedQuery,
  filter: SearchFilter,
): Promise<readonly HeadingHit[]> =>
  mode === "semantic" || terms.length === 0 || needsText
    ? []
    : library.searchIndex.searchHeadings(terms, filter, MAX_HEADINGS);

async function readQuery(
  catalog: ReadableCatalog,
  { query, cwd = "/" }: HybridSearchRequest,
): Promise<ParsedQuery> {
  const files = new Map<string, ReadonlySet<AssetId>>();
  for (const pattern of filePatterns(query))
    files.set(pattern, await filesMatching(catalog, pattern, cwd));
  return parseQuery(query, files);
}

const both = (a: Condition | undefined, b: Condition): Condition => (a ? { all: [a, b] } : b);

/** Replaces the misspelt words of a query by the words that were meant. */
function corrected(
  query: string,
  words: ParsedQuery["words"],
  meant: ReadonlyMap<string, string>,
): string | null {
  let [text, done] = ["", 0];
  for (const { text: word, at } of words) {
    const right = meant.get(word);
    if (right === undefined) continue;
    text += query.slice(done, at) + right;
    done = at + word.length;
  }
  return done === 0 ? null : text + query.slice(done);
}

const explained = (hit: Hit, part: "bm25" | "cosine"): RankedHit => ({
  ...hit,
  explain: { bm25: null, cosine: null, [part]: hit.score },
});

interface Meant {
  readonly query: string;
  readonly filter: SearchFilter;
  readonly depth: number;
}

async function searchMeaning(
  library: ReadableLibrary,
  openEmbedder: OpenEmbedder,
  { query, filter, depth }: Meant,
): Promise<Hit[]> {
  const stored = await library.embeddings.model();
  if (!stored) return [];
  const embedder = await openEmbedder(stored);
  try {
    refuseOtherModel(
      stored,
      { embedder: embedder.id },
      "   (or --mode keyword, which needs no model)",
    );
    const [vector] = await embedder.embed([query], { as: "query" });
    return vector ? await library.searchIndex.searchVector(vector, filter, depth) : [];
  } finally {
    await embedder.close();
  }
}
