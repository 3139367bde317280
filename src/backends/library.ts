import type { Archive } from "./archive.ts";
import type { Catalog, ReadableCatalog } from "./catalog.ts";
import type { Embeddings, ReadableEmbeddings } from "./embeddings.ts";
import type { SearchIndex } from "./search-index.ts";
import type { ReadableVersions, Versions } from "./versions.ts";

/** All that a reader needs: a search, the MCP server, the library API. It can change nothing. */
export interface ReadableLibrary {
  readonly catalog: ReadableCatalog;
  readonly versions: ReadableVersions;
  readonly searchIndex: SearchIndex;
  readonly embeddings: ReadableEmbeddings;
}

/**
 * A library of transcripts, in the parts that its callers need. Each part states its law and has
 * its contract suite;
 * the parts see one state: what one writes, the others read at once. A caller takes the narrowest
 * part that does.
 */
export interface Library extends ReadableLibrary {
  readonly catalog: Catalog;
  readonly versions: Versions;
  readonly archive: Archive;
  readonly embeddings: Embeddings;
}
