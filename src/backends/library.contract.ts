import { ARCHIVE_CASES } from "./archive.contract.ts";
import { CATALOG_CASES } from "./catalog.contract.ts";
import { EMBEDDINGS_CASES } from "./embeddings.contract.ts";
import type { LibraryCase } from "./library-case.contract.ts";
import { SEARCH_INDEX_CASES } from "./search-index.contract.ts";
import { VERSIONS_CASES } from "./versions.contract.ts";

/** The law of a library, part by part. */
export const LIBRARY_CASES: Readonly<Record<string, readonly LibraryCase[]>> = {
  catalogue: CATALOG_CASES,
  versions: VERSIONS_CASES,
  archive: ARCHIVE_CASES,
  "search index": SEARCH_INDEX_CASES,
  embeddings: EMBEDDINGS_CASES,
};
