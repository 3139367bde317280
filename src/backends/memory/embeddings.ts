import { type EmbeddingModel, refuseIncompleteVectors } from "../../embedding-model.ts";
import type { Embeddings, EmbedSegments } from "../embeddings.ts";
import type { AssetVersion } from "../versions.ts";
import { type AssetEntry, type MemoryState, stateOf } from "./entries.ts";

export const memoryEmbeddings = (state: MemoryState): Embeddings => ({
  model: async () => state.model,
  async rebuild(model, embed, onProgress) {
    const rebuilt = await reembedEntries(state, model, embed, onProgress);
    for (const entry of state.entries.values()) replaceVectors(entry, rebuilt.get(entry));
    state.model = model;
  },
  async renew(model, embed, onProgress) {
    if (state.renewing?.model !== model.embedder)
      state.renewing = { model: model.embedder, done: new Set() };
    const { done } = state.renewing;
    const entries = [...state.entries.values()].filter(({ version }) => version !== undefined);
    for (const entry of entries) {
      const { version } = entry;
      if (!version || done.has(version)) continue;
      const vectors = await embed(version.segments);
      refuseIncompleteVectors(vectors, version.segments.length, model);
      // What was committed meanwhile has its own vectors.
      if (entry.version === version) replaceVectors(entry, withVectors(version, vectors));
      if (entry.version) done.add(entry.version);
      onProgress?.(countSegments([...done]), countSegments(entries.map((one) => one.version)));
    }
    state.model = model;
    state.renewing = undefined;
  },
});

const countSegments = (versions: readonly (AssetVersion | null)[]): number =>
  versions.reduce((sum, version) => sum + (version?.segments.length ?? 0), 0);

const withVectors = (version: AssetVersion, vectors: readonly Float32Array[]): AssetVersion => ({
  ...version,
  segments: version.segments.map((segment, i) => ({ ...segment, vector: vectors[i] ?? null })),
});

async function reembedEntries(
  { entries }: MemoryState,
  model: EmbeddingModel,
  embed: EmbedSegments,
  onProgress?: (done: number, total: number) => void,
): Promise<ReadonlyMap<AssetEntry, AssetVersion>> {
  const rebuilt = new Map<AssetEntry, AssetVersion>();
  const total = [...entries.values()].reduce(
    (sum, { version, before }) => sum + (before ? 0 : (version?.segments.length ?? 0)),
    0,
  );
  let done = 0;
  for (const entry of entries.values()) {
    const { version } = entry;
    if (!version) continue;
    const vectors = await embed(version.segments);
    refuseIncompleteVectors(vectors, version.segments.length, model);
    rebuilt.set(entry, withVectors(version, vectors));
    onProgress?.((done += vectors.length), total);
  }
  return rebuilt;
}

/**
 * An entry that was committed meanwhile is none of those that were embedded; its vectors are the
 * old model's.
 */
function replaceVectors(entry: AssetEntry, rebuilt: AssetVersion | undefined): void {
  const version =
    rebuilt ??
    (entry.version && {
      ...entry.version,
      segments: entry.version.segments.map((segment) => ({ ...segment, vector: null })),
    });
  entry.version = version;
  if (version && ["indexed", "partial"].includes(entry.status.state))
    entry.status = { ...entry.status, state: stateOf(version) };
}
