import type { EmbeddingModel } from "../../embedding-model.ts";
import type { Embedder } from "../embedder.ts";

/**
 * What a library with such vectors is marked with, so that they are never mixed with those of a
 * model.
 */
export const STUB_MODEL: EmbeddingModel = { embedder: "stub@00000001", dimensions: 384 };

/** What comes after them is cut, as models do. */
const MAX_WORDS = 256;

/**
 * Counts words in as many boxes as the vector is long (feature hashing): texts with the same words
 * are near, and nothing is known of their meaning. For tests and demos.
 */
export const open = async (): Promise<Embedder> => ({
  id: STUB_MODEL.embedder,
  dimensions: STUB_MODEL.dimensions,
  async embed(texts, { signal }) {
    signal?.throwIfAborted();
    return texts.map(countWords);
  },
  close: async () => {},
});

function countWords(text: string): Float32Array {
  const vector = new Float32Array(STUB_MODEL.dimensions);
  // No text is a vector of zeros: what is the same in all of them makes no difference.
  vector[0] = 0.1;
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  for (const word of words.slice(0, MAX_WORDS)) {
    const box = boxOf(word);
    vector[box] = (vector[box] ?? 0) + 1;
  }
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** FNV-1a, https://datatracker.ietf.org/doc/html/draft-eastlake-fnv */
function boxOf(word: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(word)) hash = Math.imul(hash ^ byte, 0x01000193);
  return 1 + ((hash >>> 0) % (STUB_MODEL.dimensions - 1));
}
