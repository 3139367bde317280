import type { AssetId, AssetState, AssetStatus, Catalog, LibraryCounts } from "../catalog.ts";
import { type MemoryState, sortedEntries } from "./entries.ts";

export function memoryCatalog(state: MemoryState): Catalog {
  const { entries } = state;
  return {
    get: async (id) => entries.get(id)?.status,
    async *list() {
      for (const { status } of sortedEntries(state)) yield status;
    },
    async register(files) {
      const added = files.filter(({ id }) => !entries.has(id));
      for (const file of added)
        entries.set(file.id, { status: { ...unknownStatus(file.id), ...file }, version: null });
      return added.length;
    },
    async touch(file) {
      const entry = entries.get(file.id);
      if (entry) entry.status = { ...entry.status, ...file };
    },
    async recordFailure(file, reason) {
      const entry = entries.get(file.id);
      entries.set(file.id, {
        version: entry?.version ?? null,
        status: {
          ...unknownStatus(file.id),
          ...entry?.status,
          ...file,
          state: "failed",
          error: reason,
        },
        before: undefined,
      });
    },
    async markDeleted(ids) {
      for (const id of ids) {
        const entry = entries.get(id);
        if (!entry || entry.before) continue;
        entry.before = { state: entry.status.state, atMs: Date.now() };
        entry.status = { ...entry.status, state: "deleted" };
      }
    },
    async restore(file) {
      const entry = entries.get(file.id);
      if (!entry) return;
      entry.status = {
        ...entry.status,
        ...file,
        state: entry.before?.state ?? entry.status.state,
      };
      entry.before = undefined;
    },
    async remove(id) {
      entries.delete(id);
    },
    countRegistered: async () => countEntries(state).assets.registered,
    counts: async () => countEntries(state),
  };
}

function countEntries({ entries }: MemoryState): LibraryCounts {
  const assets: Record<AssetState, number> = {
    registered: 0,
    indexed: 0,
    partial: 0,
    failed: 0,
    deleted: 0,
  };
  let [durationMs, segments, vectors] = [0, 0, 0];
  for (const { status, version } of entries.values()) {
    assets[status.state]++;
    if (status.state === "deleted") continue;
    durationMs += status.durationMs ?? 0;
    segments += version?.segments.length ?? 0;
    vectors += version?.segments.filter(({ vector }) => vector).length ?? 0;
  }
  return { assets, segments, vectors, durationMs, sizeBytes: 0 };
}

const unknownStatus = (id: AssetId): AssetStatus => ({
  id,
  sizeBytes: 0,
  mtimeMs: 0,
  state: "registered",
  fingerprint: null,
  sidecarKey: "",
  origin: null,
  engine: null,
  language: null,
  durationMs: null,
  segmentCount: 0,
  speakers: [],
  error: null,
  indexedAtMs: null,
  recordedAtMs: null,
});
