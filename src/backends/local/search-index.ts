import type { SearchIndex } from "../search-index.ts";
import { modelMismatchError } from "../../embedding-model.ts";
import type { Connection } from "./connection.ts";
import { readEmbeddingModel } from "./embedding-model.ts";
import { searchHeadings } from "./headings.ts";
import { readInflectedLanguages } from "./inflections.ts";
import { countText, searchText, queryTermWeights } from "./search-text.ts";
import { findSpellings } from "./spelling.ts";
import { scanHere, searchVector } from "./vector-search.ts";

export const localSearchIndex = ({ db, run, search, scan }: Connection): SearchIndex => ({
  searchText: (query, filter, limit) => search(() => searchText(db, query, filter, limit)),
  countText: (query, filter) => run(() => countText(db, query, filter)),
  searchVector: (vector, filter, limit) =>
    search(() => {
      const model = readEmbeddingModel(db);
      if (!model) return [];
      if (model.dimensions !== vector.length) throw modelMismatchError(model);
      return searchVector(db, vector, filter, limit, scan ?? scanHere(db));
    }),
  searchHeadings: (terms, filter, limit) => run(() => searchHeadings(db, terms, filter, limit)),
  termWeights: (terms) => run(() => queryTermWeights(db, terms)),
  inflectedLanguages: () => run(() => readInflectedLanguages(db)),
  spellings: (words) => run(() => findSpellings(db, words)),
});
