import type { ArchivedTranscript } from "../archive.ts";
import { loadInflectors } from "../../text/inflections.ts";
import { modelAfterCommit } from "../../embedding-model.ts";
import type { AssetVersion, Versions } from "../versions.ts";
import { type MemoryState, sortedEntries, statusOf, withoutVector } from "./entries.ts";

export function memoryVersions(state: MemoryState): Versions {
  const { entries, archived } = state;
  return {
    concurrentCommits: 1,
    async commit(version, model) {
      const vectors = version.segments.flatMap(({ vector }) => (vector ? [vector] : []));
      state.model = modelAfterCommit(state.model, model, vectors);
      const old = entries.get(version.id);
      if (old?.version && old.version.fingerprint !== version.fingerprint)
        archived.unshift(toArchivedTranscript(old.version, old.status.indexedAtMs ?? 0));
      await loadInflectors([version.language]);
      entries.set(version.id, { version: structuredClone(version), status: statusOf(version) });
    },
    async *read(id) {
      yield* entries.get(id)?.version?.segments ?? [];
    },
    readSegments: async (id, from, to) =>
      (entries.get(id)?.version?.segments ?? [])
        .slice(Math.max(0, from), Math.max(0, to + 1))
        .map(withoutVector),
    findByFingerprint: async (fingerprint) =>
      sortedEntries(state)
        .filter(({ version }) => version?.fingerprint === fingerprint)
        .map(({ status }) => status),
    findByPrefix: async (prefix) =>
      sortedEntries(state)
        .filter(({ version }) => version?.fingerprint.startsWith(prefix))
        .map(({ status }) => status),
    async move(from, to) {
      const entry = entries.get(from);
      if (!entry?.version) return;
      entries.delete(from);
      entries.set(to.id, {
        version: { ...entry.version, ...to },
        status: { ...entry.status, ...to, state: entry.before?.state ?? entry.status.state },
      });
    },
    async restamp(id, fingerprint) {
      const entry = entries.get(id);
      if (!entry?.version) return;
      entry.version = { ...entry.version, fingerprint };
      entry.status = { ...entry.status, fingerprint };
    },
    async copy(from, to) {
      const entry = entries.get(from);
      if (!entry?.version) return;
      const version = { ...structuredClone(entry.version), ...to };
      entries.set(to.id, { version, status: statusOf(version) });
    },
  };
}

const toArchivedTranscript = (
  { id, fingerprint, origin, engine, language, durationMs, segments }: AssetVersion,
  indexedAtMs: number,
): ArchivedTranscript => ({
  id,
  fingerprint,
  archivedAtMs: Date.now(),
  origin,
  engine,
  language,
  durationMs,
  indexedAtMs,
  segments: segments.map(withoutVector),
});
