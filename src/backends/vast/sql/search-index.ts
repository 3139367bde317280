import { modelMismatchError } from "../../../embedding-model.ts";
import { inverseFrequency } from "../../../text/bm25.ts";
import { inflectedLanguage } from "../../../text/inflections.ts";
import { type SearchTerm, termRows } from "../../../text/terms.ts";
import type { Condition, Hit, SearchFilter, SearchIndex, TextQuery } from "../../search-index.ts";
import type { Database } from "../database.ts";
import { fetchEmbeddingModel } from "../library.ts";
import { isTableThere } from "../optional-tables.ts";
import { toText } from "../rows.ts";
import { embeddingsTable, RECORDS } from "../tables.ts";
import { tableStats } from "../wire/catalog.ts";
import { type Compiling, type ContentHeading, type SqlCondition, withLive } from "./condition.ts";
import { compileFilter } from "./conditions.ts";
import { readHits } from "./found.ts";
import { areTitlesLeftOut, bestHeadings, readHeadings } from "./headings.ts";
import { type Distance, distanceOf, nearestVectors } from "./rank-vectors.ts";
import { bestByWords, countHaving, countSegments, othersByTime } from "./rank-words.ts";
import { type SqlReader, withReader } from "./run.ts";
import { findSpellings } from "./spellings.ts";

/** What is kept between the parts of one search. */
type Tools = Pick<Compiling, "known" | "headings">;

/**
 * Answers searches on the cluster by SQL (docs/vast.md): words by the table of words, meaning by
 * the vectors, filters inside. Each call reads one state of the library. It must have a table of
 * words.
 * @param maxAgeMs titles that were read longer ago are read again.
 */
export function sqlSearchIndex(database: Database, maxAgeMs: number): SearchIndex {
  const known = knownConditions();
  const headings = recentHeadings(database, maxAgeMs);
  const distances = new Map<number, Promise<Distance>>();
  const reading = <T>(work: (reader: SqlReader, tools: Tools) => Promise<T>): Promise<T> =>
    withReader(database, (reader) => work(reader, { known, headings: () => headings(reader) }));
  const distanceFor = (dimensions: number): Promise<Distance> => {
    const asked =
      distances.get(dimensions) ??
      tableStats(database.client.session, database.at(embeddingsTable(dimensions))).then(
        distanceOf,
      );
    distances.set(dimensions, asked);
    asked.catch(() => distances.delete(dimensions));
    return asked;
  };
  return {
    searchText: (query, filter, limit) =>
      reading((reader, tools) => searchText(reader, tools, query, filter, limit)),
    countText: (query, filter) =>
      reading(async (reader, tools) =>
        countSegments(reader, query, await compileFilter({ reader, ...tools }, filter)),
      ),
    async searchVector(vector, filter, limit) {
      const model = await fetchEmbeddingModel(database, database.client.session);
      if (!model) return [];
      if (model.dimensions !== vector.length) throw modelMismatchError(model);
      const distance = await distanceFor(vector.length);
      return reading(async (reader, tools) => {
        const condition = await compileFilter({ reader, ...tools }, filter);
        const found = await nearestVectors(reader, vector, distance, condition, limit);
        return readHits(reader, found);
      });
    },
    searchHeadings: (terms, filter, limit) =>
      reading(async (reader, tools) => {
        const all = await tools.headings();
        if (all.length === 0) return [];
        const condition = await compileFilter({ reader, ...tools }, filter);
        return bestHeadings(reader, all, terms, condition, limit);
      }),
    termWeights: (terms) => reading((reader) => weighTerms(reader, terms)),
    inflectedLanguages: () => reading(readInflectedLanguages),
    spellings: (words) => reading((reader) => findSpellings(reader, words)),
  };
}

async function searchText(
  reader: SqlReader,
  tools: Tools,
  { terms, termsOptional }: TextQuery,
  filter: SearchFilter,
  limit: number,
): Promise<Hit[]> {
  const condition = await compileFilter({ reader, ...tools }, filter);
  const best = await bestByWords(reader, terms, condition, limit);
  const others =
    termsOptional === true && best.length < limit
      ? await othersByTime(reader, terms, condition, limit - best.length)
      : [];
  return readHits(reader, [...best, ...others]);
}

async function weighTerms(
  reader: SqlReader,
  terms: readonly SearchTerm[],
): Promise<readonly number[]> {
  if (terms.length === 0) return [];
  const { all, having } = await countHaving(reader, terms);
  return terms.map((term, i) =>
    termRows(term).length === 0 ? 0 : inverseFrequency(all, having[i] ?? 0),
  );
}

async function readInflectedLanguages(reader: SqlReader): Promise<readonly string[]> {
  const rows = await reader.rows(`${withLive(reader)} SELECT DISTINCT language FROM live`);
  const languages = rows.flatMap(({ language }) => inflectedLanguage(toText(language)) ?? []);
  return [...new Set(languages)].toSorted();
}

/** A search takes less time than this from its first part to its last one. */
const SEARCH_MS = 5000;

/** Keeps conditions for the parts of one search, which share them. */
export function knownConditions(): Compiling["known"] {
  const made = new WeakMap<
    Condition,
    { readonly scope: string; readonly atMs: number; readonly condition: Promise<SqlCondition> }
  >();
  return (condition, scope, make) => {
    const recent = made.get(condition);
    const now = performance.now();
    if (recent?.scope === scope && now - recent.atMs < SEARCH_MS) return recent.condition;
    const one = { scope, atMs: now, condition: make() };
    made.set(condition, one);
    // A statement that failed is run again with the search, in a new transaction.
    one.condition.catch(() => {
      if (made.get(condition) === one) made.delete(condition);
    });
    return one.condition;
  };
}

/** Reads the titles of a library, which are few, once for the searches of a while. */
function recentHeadings(
  database: Database,
  maxAgeMs: number,
): (reader: SqlReader) => Promise<readonly ContentHeading[]> {
  let last:
    | { readonly atMs: number; readonly read: Promise<readonly ContentHeading[]> }
    | undefined;
  const read = async (reader: SqlReader): Promise<readonly ContentHeading[]> =>
    (await isTableThere(database, database.client.session, RECORDS)) &&
    !(await areTitlesLeftOut(database))
      ? readHeadings(reader)
      : [];
  return (reader) => {
    const now = performance.now();
    if (last && now - last.atMs < maxAgeMs) return last.read;
    const one = { atMs: now, read: read(reader) };
    last = one;
    one.read.catch(() => {
      if (last === one) last = undefined;
    });
    return one.read;
  };
}
