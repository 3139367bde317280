import type { Archive } from "../archive.ts";
import type { MemoryState } from "./entries.ts";

export const memoryArchive = ({ entries, archived }: MemoryState): Archive => ({
  list: async () =>
    archived.map(({ id, fingerprint, archivedAtMs }) => ({ id, fingerprint, archivedAtMs })),
  async *read() {
    yield* archived.toReversed();
  },
  find: async (prefix) => archived.filter(({ fingerprint }) => fingerprint.startsWith(prefix)),
  async add(transcript) {
    const isThere = archived.some(
      ({ id, fingerprint, archivedAtMs }) =>
        id === transcript.id &&
        fingerprint === transcript.fingerprint &&
        archivedAtMs === transcript.archivedAtMs,
    );
    if (!isThere) archived.unshift(structuredClone(transcript));
  },
  async remove(id) {
    const kept = archived.filter((one) => one.id !== id);
    archived.splice(0, archived.length, ...kept);
  },
  async purge(beforeMs) {
    const gone = [...entries].filter(
      ([, { before }]) => before !== undefined && before.atMs < beforeMs,
    );
    for (const [id] of gone) entries.delete(id);
    const kept = archived.filter(({ archivedAtMs }) => archivedAtMs >= beforeMs);
    const purged = archived.length - kept.length;
    archived.splice(0, archived.length, ...kept);
    return gone.length + purged;
  },
});
