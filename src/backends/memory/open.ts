import {
  type EmbeddingModel,
  modelAfterCommit,
  modelMismatchError,
  refuseIncompleteVectors,
} from "../../embedding-model.ts";
import type { Segment } from "../../types.ts";
import type {
  ArchivedTranscript,
  AssetId,
  AssetState,
  AssetStatus,
  AssetVersion,
  Backend,
  Hit,
  SearchFilter,
  Store,
  TextQuery,
} from "../backend.ts";
import { filterOf } from "./filter.ts";
import { spellings } from "./spelling.ts";
import { memoryLedger } from "./ledger.ts";
import { byScore, hitOf, rank, type Row, termWeights } from "./rank.ts";

interface Entry {
  status: AssetStatus;
  version: AssetVersion | null;
  /** What the state was before its file went away; undefined while it is there. */
  before?: { readonly state: AssetState; readonly atMs: number } | undefined;
}

/** A library that lives as long as the process. For dry runs without a library, and to hold the contract to. */
export async function open(): Promise<Backend> {
  return {
    store: memoryStore(),
    ledger: memoryLedger(),
    schema: () => ({ current: 1, newest: 1 }),
    async *check() {},
    close: async () => {},
  };
}

function memoryStore(): Store {
  const entries = new Map<AssetId, Entry>();
  const archived: ArchivedTranscript[] = [];
  let identity: EmbeddingModel | undefined;

  const rows = (filter: SearchFilter): Row[] => {
    const meets = filterOf(filter);
    return [...entries.values()].flatMap(({ version, before }) =>
      version && before === undefined
        ? version.segments.map((segment) => ({ version, segment })).filter(meets)
        : [],
    );
  };
  const found = ({ terms, termsOptional }: TextQuery, filter: SearchFilter): Hit[] => {
    const wanted = rows(filter);
    const ranked = rank(rows({}), terms, new Set(wanted.map(({ segment }) => segment)));
    if (termsOptional !== true) return ranked;
    const known = new Set(ranked.map((hit) => `${hit.asset}\0${hit.segment.index}`));
    return [
      ...ranked,
      ...wanted
        .map((row) => hitOf(row, 0))
        .filter((hit) => !known.has(`${hit.asset}\0${hit.segment.index}`))
        .toSorted(byScore),
    ];
  };
  const sorted = (): Entry[] =>
    [...entries.values()].toSorted((a, b) =>
      Buffer.compare(Buffer.from(a.status.id), Buffer.from(b.status.id)),
    );

  return {
    capabilities: { text: "bm25", vector: "exact", concurrentCommits: 1 },
    identity: async () => identity,
    getAsset: async (id) => entries.get(id)?.status,
    async *listAssets() {
      for (const { status } of sorted()) yield status;
    },
    async register(files) {
      const added = files.filter(({ id }) => !entries.has(id));
      for (const file of added)
        entries.set(file.id, { status: { ...unknown(file.id), ...file }, version: null });
      return added.length;
    },
    async commit(version, embedder) {
      const vectors = version.segments.flatMap(({ vector }) => (vector ? [vector] : []));
      identity = modelAfterCommit(identity, embedder, vectors);
      const old = entries.get(version.id);
      if (old?.version && old.version.fingerprint !== version.fingerprint)
        archived.unshift(toArchived(old.version, old.status.indexedAtMs ?? 0));
      entries.set(version.id, { version: structuredClone(version), status: statusOf(version) });
    },
    findByFingerprint: async (fingerprint) =>
      sorted()
        .filter(({ version }) => version?.fingerprint === fingerprint)
        .map(({ status }) => status),
    async moveAsset(from, to) {
      const entry = entries.get(from);
      if (!entry?.version) return;
      entries.delete(from);
      entries.set(to.id, {
        version: { ...entry.version, ...to },
        status: { ...entry.status, ...to, state: entry.before?.state ?? entry.status.state },
      });
    },
    async copyVersion(from, to) {
      const entry = entries.get(from);
      if (!entry?.version) return;
      const version = { ...structuredClone(entry.version), ...to };
      entries.set(to.id, { version, status: statusOf(version) });
    },
    async markDeleted(ids) {
      for (const id of ids) {
        const entry = entries.get(id);
        if (!entry || entry.before) continue;
        entry.before = { state: entry.status.state, atMs: Date.now() };
        entry.status = { ...entry.status, state: "deleted" };
      }
    },
    async restore(place) {
      const entry = entries.get(place.id);
      if (!entry) return;
      entry.status = {
        ...entry.status,
        ...place,
        state: entry.before?.state ?? entry.status.state,
      };
      entry.before = undefined;
    },
    listArchived: async () =>
      archived.map(({ id, fingerprint, archivedAtMs }) => ({ id, fingerprint, archivedAtMs })),
    async *readArchived() {
      yield* archived.toReversed();
    },
    async addArchived(version) {
      if (
        !archived.some(
          ({ id, fingerprint, archivedAtMs }) =>
            id === version.id &&
            fingerprint === version.fingerprint &&
            archivedAtMs === version.archivedAtMs,
        )
      )
        archived.unshift(structuredClone(version));
    },
    async purge(beforeMs) {
      const gone = [...entries].filter(
        ([, { before }]) => before !== undefined && before.atMs < beforeMs,
      );
      for (const [id] of gone) entries.delete(id);
      const keep = archived.filter(({ archivedAtMs }) => archivedAtMs >= beforeMs);
      const count = archived.length - keep.length;
      archived.splice(0, archived.length, ...keep);
      return gone.length + count;
    },
    async recordFailure(file, reason) {
      const known = entries.get(file.id);
      entries.set(file.id, {
        version: known?.version ?? null,
        status: { ...unknown(file.id), ...known?.status, ...file, state: "failed", error: reason },
        before: undefined,
      });
    },
    async touch(file) {
      const known = entries.get(file.id);
      if (known) known.status = { ...known.status, ...file };
    },
    async *readVersion(id) {
      yield* entries.get(id)?.version?.segments ?? [];
    },
    readSegments: async (id, from, to) =>
      (entries.get(id)?.version?.segments ?? [])
        .slice(Math.max(0, from), Math.max(0, to + 1))
        .map(withoutVector),
    async removeAsset(id) {
      entries.delete(id);
    },
    searchText: async (query, filter, limit) => found(query, filter).slice(0, limit),
    spellings: async (words) => spellings(words, rows({})),
    termWeights: async (terms) =>
      termWeights(
        [...entries.values()].flatMap(({ version }) => version?.segments ?? []),
        terms,
      ),
    countText: async (query, filter) => found(query, filter).length,
    async searchVector(vector, filter, limit) {
      if (!identity) return [];
      if (identity.dimensions !== vector.length) throw modelMismatchError(identity);
      const hits = rows(filter).flatMap((row): Hit[] =>
        row.segment.vector ? [hitOf(row, product(row.segment.vector, vector))] : [],
      );
      return hits.toSorted(byScore).slice(0, limit);
    },
    async reembed(embedder, embed, onProgress) {
      const made = new Map<Entry, AssetVersion>();
      const total = rows({}).length;
      let done = 0;
      for (const entry of entries.values()) {
        if (!entry.version) continue;
        const { version } = entry;
        const vectors = await embed(version.segments);
        refuseIncompleteVectors(vectors, version.segments.length, embedder);
        made.set(entry, {
          ...version,
          segments: version.segments.map((segment, i) => ({
            ...segment,
            vector: vectors[i] ?? null,
          })),
        });
        onProgress?.((done += vectors.length), total);
      }
      for (const entry of entries.values()) {
        // What was committed meanwhile is an entry of its own; its vectors are the old model's.
        const version =
          made.get(entry) ??
          (entry.version && {
            ...entry.version,
            segments: entry.version.segments.map((segment) => ({ ...segment, vector: null })),
          });
        const state =
          version && ["indexed", "partial"].includes(entry.status.state)
            ? stateOf(version)
            : entry.status.state;
        Object.assign(entry, { version, status: { ...entry.status, state } });
      }
      identity = embedder;
    },
    async counts() {
      const assets: Record<AssetState, number> = {
        registered: 0,
        indexed: 0,
        partial: 0,
        failed: 0,
        deleted: 0,
      };
      let durationMs = 0;
      for (const { status } of entries.values()) {
        assets[status.state]++;
        if (status.state === "deleted") continue;
        durationMs += status.durationMs ?? 0;
      }
      const all = rows({});
      return {
        assets,
        segments: all.length,
        vectors: all.filter(({ segment }) => segment.vector).length,
        durationMs,
        sizeBytes: 0,
      };
    },
  };
}

const unknown = (id: AssetId): AssetStatus => ({
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

function statusOf({ segments, ...version }: AssetVersion): AssetStatus {
  const speakers = [
    ...new Set(segments.flatMap(({ speaker }) => (speaker === null ? [] : [speaker]))),
  ].toSorted();
  return {
    ...version,
    state: stateOf({ segments }),
    segmentCount: segments.length,
    speakers,
    error: null,
    indexedAtMs: version.indexedAtMs ?? Date.now(),
    recordedAtMs: version.recordedAtMs ?? null,
  };
}

const toArchived = (
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

const withoutVector = ({ index, startMs, endMs, text, speaker, confidence }: Segment): Segment => ({
  index,
  startMs,
  endMs,
  text,
  speaker,
  confidence,
});

const stateOf = ({ segments }: Pick<AssetVersion, "segments">): AssetState =>
  segments.some(({ vector }) => vector === null) ? "partial" : "indexed";

const product = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
