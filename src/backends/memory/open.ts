import type { Backend } from "../backend.ts";
import type { Library } from "../library.ts";
import { memoryArchive } from "./archive.ts";
import { memoryCatalog } from "./catalog.ts";
import { memoryEmbeddings } from "./embeddings.ts";
import { emptyState, type MemoryState } from "./entries.ts";
import { memoryRecords } from "./records.ts";
import { memoryCheckpoints, memoryJobs, memoryRunLock } from "./run-log.ts";
import { memorySearchIndex } from "./search-index.ts";
import { memoryVersions } from "./versions.ts";

/**
 * A library that lives as long as the process: for dry runs without a library, and the reference of
 * the contract.
 */
export async function open(): Promise<Backend> {
  const state = emptyState();
  return {
    library: memoryLibrary(state),
    jobs: memoryJobs(),
    records: memoryRecords(state.kinds),
    checkpoints: memoryCheckpoints(),
    runLock: memoryRunLock(),
    searchAccess: { kind: "library" },
    medium: { kind: "memory" },
    schema: () => ({ current: 1, newest: 1 }),
    async *check() {},
    close: async () => {},
  };
}

function memoryLibrary(state: MemoryState): Library {
  return {
    catalog: memoryCatalog(state),
    versions: memoryVersions(state),
    archive: memoryArchive(state),
    searchIndex: memorySearchIndex(state),
    embeddings: memoryEmbeddings(state),
  };
}
