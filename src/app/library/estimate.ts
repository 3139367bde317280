import type { AssetId } from "../../backends/catalog.ts";
import type { Backend } from "../../backends/backend.ts";

/** What a move takes along, and about how long it takes. */
export interface Cost {
  readonly files: number;
  readonly segments: number;
  readonly durationMs: number;
  /** The recordings themselves, which stay where they are unless they are moved too. */
  readonly mediaBytes: number;
  readonly estimatedMs: number;
}

/**
 * Measured with verification, into the emulator of a cluster on two cores (bench/README.md). A
 * cluster's network may be slower.
 */
const SEGMENTS_PER_SECOND = 6000;
const START_MS = 1000;

export async function estimateMove(
  { library }: Backend,
  wants: (id: AssetId) => boolean,
): Promise<Cost> {
  let files = 0;
  let segments = 0;
  let durationMs = 0;
  let mediaBytes = 0;
  for await (const asset of library.catalog.list()) {
    if (!wants(asset.id)) continue;
    files++;
    segments += asset.segmentCount;
    durationMs += asset.durationMs ?? 0;
    mediaBytes += asset.sizeBytes;
  }
  return {
    files,
    segments,
    durationMs,
    mediaBytes,
    estimatedMs: START_MS + (segments / SEGMENTS_PER_SECOND) * 1000,
  };
}
