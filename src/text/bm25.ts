/**
 * BM25 as SQLite's FTS5 computes it (https://www.sqlite.org/fts5.html#the_bm25_function), for those
 * who rank without it.
 */
export const K1 = 1.2;
export const B = 0.75;
/** Words in more than half of all texts still count something. */
export const MIN_IDF = 1e-6;

/** How rare something is that so many of all texts have. */
export const inverseFrequency = (all: number, having: number): number =>
  Math.max(MIN_IDF, Math.log((all - having + 0.5) / (having + 0.5)));

/** What the occurrences of something in a text of so many words count for, before its rarity. */
export const saturated = (count: number, length: number, meanLength: number): number =>
  (count * (K1 + 1)) / (count + K1 * (1 - B + (B * length) / meanLength));
