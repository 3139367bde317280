import type { Library } from "../library.ts";
import { localArchive } from "./archive.ts";
import { localCatalog } from "./catalog.ts";
import type { Connection } from "./connection.ts";
import { localEmbeddings } from "./embeddings.ts";
import { renewEmbeddings } from "./renew-vectors.ts";
import { localSearchIndex } from "./search-index.ts";
import { localVersions } from "./versions.ts";

export const localLibrary = (connection: Connection): Library => ({
  catalog: localCatalog(connection),
  versions: localVersions(connection),
  archive: localArchive(connection),
  searchIndex: localSearchIndex(connection),
  embeddings: { ...localEmbeddings(connection), renew: renewEmbeddings(connection) },
});
