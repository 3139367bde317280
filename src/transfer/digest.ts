import { createHash } from "node:crypto";
import type { AssetStatus } from "../backends/catalog.ts";
import type { EmbeddedSegment } from "../types.ts";

/**
 * The digest of one version. The same content has the same digest in every kind of store.
 */
export interface VersionDigest {
  /**
   * SHA-256, hexadecimal, of the version's facts and of every segment with its vector (float32,
   * little-endian).
   */
  readonly digest: string;
  readonly segments: number;
  readonly vectors: number;
}

/** @param onSegment sees each segment on its way. */
export async function digestVersion(
  asset: AssetStatus,
  segments: AsyncIterable<EmbeddedSegment>,
  onSegment?: (segment: EmbeddedSegment) => void,
): Promise<VersionDigest> {
  const { fingerprint, origin, engine, language, durationMs, indexedAtMs, recordedAtMs } = asset;
  const hash = createHash("sha256").update(
    JSON.stringify([fingerprint, origin, engine, language, durationMs, indexedAtMs, recordedAtMs]),
  );
  let count = 0;
  let vectors = 0;
  for await (const segment of segments) {
    const { index, startMs, endMs, text, speaker, confidence, vector } = segment;
    hash.update(JSON.stringify([index, startMs, endMs, text, speaker, confidence]));
    if (vector) hash.update(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength));
    count++;
    if (vector) vectors++;
    onSegment?.(segment);
  }
  return { digest: hash.digest("hex"), segments: count, vectors };
}
