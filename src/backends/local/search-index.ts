import type { SearchIndex } from "../search-index.ts";
import { modelMismatchError } from "../../embedding-model.ts";
import type { Connection } from "./connection.ts";
import { readModel } from "./embedding-model.ts";
import { countText, searchText, termWeights } from "./search-text.ts";
import { spellings } from "./spelling.ts";
import { searchVector } from "./vector-search.ts";

export const localSearchIndex = ({ db, run, search }: Connection): SearchIndex => ({
  searchText: (query, filter, limit) => search(() => searchText(db, query, filter, limit)),
  countText: (query, filter) => run(() => countText(db, query, filter)),
  searchVector: (vector, filter, limit) =>
    search(() => {
      const model = readModel(db);
      if (!model) return [];
      if (model.dimensions !== vector.length) throw modelMismatchError(model);
      return searchVector(db, vector, filter, limit);
    }),
  termWeights: (terms) => run(() => termWeights(db, terms)),
  spellings: (words) => run(() => spellings(db, words)),
});
