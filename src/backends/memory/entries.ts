import type { EmbeddingModel } from "../../embedding-model.ts";
import type { Segment } from "../../types.ts";
import type { ArchivedTranscript } from "../archive.ts";
import type { AssetId, AssetState, AssetStatus } from "../catalog.ts";
import type { Json } from "../records.ts";
import type { AssetVersion } from "../versions.ts";

/** One file of a library in memory. */
export interface AssetEntry {
  status: AssetStatus;
  version: AssetVersion | null;
  /** What the file was when it was deleted; undefined while it is there. */
  before?: { readonly state: AssetState; readonly atMs: number } | undefined;
}

/** A library in memory; its parts share it. */
export interface MemoryState {
  readonly entries: Map<AssetId, AssetEntry>;
  /** Newest first. */
  readonly archived: ArchivedTranscript[];
  /** Small documents by kind and id. */
  readonly kinds: Map<string, Map<string, Json>>;
  model: EmbeddingModel | undefined;
  /** Versions whose vectors were renewed already, while others were not. */
  renewing?: { readonly model: string; readonly done: Set<AssetVersion> } | undefined;
}

export const emptyState = (): MemoryState => ({
  entries: new Map(),
  archived: [],
  kinds: new Map(),
  model: undefined,
});

export const sortedEntries = ({ entries }: MemoryState): AssetEntry[] =>
  [...entries.values()].toSorted((a, b) =>
    Buffer.compare(Buffer.from(a.status.id), Buffer.from(b.status.id)),
  );

export function statusOf({ segments, ...version }: AssetVersion): AssetStatus {
  const speakers = new Set(segments.flatMap(({ speaker }) => (speaker === null ? [] : [speaker])));
  return {
    ...version,
    state: stateOf({ segments }),
    segmentCount: segments.length,
    speakers: [...speakers].toSorted(),
    error: null,
    indexedAtMs: version.indexedAtMs ?? Date.now(),
    recordedAtMs: version.recordedAtMs ?? null,
  };
}

export const stateOf = ({ segments }: Pick<AssetVersion, "segments">): AssetState =>
  segments.some(({ vector }) => vector === null) ? "partial" : "indexed";

export const withoutVector = ({
  index,
  startMs,
  endMs,
  text,
  speaker,
  confidence,
}: Segment): Segment => ({ index, startMs, endMs, text, speaker, confidence });
