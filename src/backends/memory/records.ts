import type { MemoryState } from "./entries.ts";
import type { Json, JournalEntry, Records } from "../records.ts";

export function memoryRecords(kinds: MemoryState["kinds"] = new Map()): Records {
  let journal: readonly JournalEntry[] = [];
  return {
    get: async (kind, id) => kinds.get(kind)?.get(id),
    list: async (kind) =>
      [...(kinds.get(kind) ?? [])]
        .map(([id, value]) => ({ id, value }))
        .toSorted((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id))),
    listIds: async (kind) =>
      [...(kinds.get(kind)?.keys() ?? [])].toSorted((a, b) =>
        Buffer.compare(Buffer.from(a), Buffer.from(b)),
      ),
    async put(kind, id, value) {
      kinds.set(kind, (kinds.get(kind) ?? new Map<string, Json>()).set(id, structuredClone(value)));
    },
    async remove(kind, id) {
      kinds.get(kind)?.delete(id);
    },
    async addAll(kind, records) {
      for (const { id, value } of records)
        kinds.set(
          kind,
          (kinds.get(kind) ?? new Map<string, Json>()).set(id, structuredClone(value)),
        );
    },
    async removeAll(kind, ids) {
      for (const id of ids) kinds.get(kind)?.delete(id);
    },
    async append(entries) {
      const known = new Set(journal.map(({ id }) => id));
      const added = entries.filter(({ id }) => !known.has(id));
      journal = [...journal, ...structuredClone(added)].toSorted((a, b) => (a.id < b.id ? -1 : 1));
    },
    readJournal: async ({ kind, afterId = "", limit }) =>
      journal.filter((entry) => entry.kind === kind && entry.id > afterId).slice(0, limit),
    async trimJournal(kind, beforeMs) {
      const kept = journal.filter((entry) => entry.kind !== kind || entry.atMs >= beforeMs);
      const trimmed = journal.length - kept.length;
      journal = kept;
      return trimmed;
    },
  };
}
