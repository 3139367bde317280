import type { EmbeddingModel } from "../embedding-model.ts";
import type { Segment } from "../types.ts";

/** Makes one vector of each segment, in order. */
export type EmbedSegments = (segments: readonly Segment[]) => Promise<readonly Float32Array[]>;

export interface ReadableEmbeddings {
  /** Resolves to undefined while no vector was committed. */
  model(): Promise<EmbeddingModel | undefined>;
}

/** The vectors of a library as a whole. Passes `embeddings.contract.ts`. */
export interface Embeddings extends ReadableEmbeddings {
  /**
   * Replaces every vector by what `embed` makes of the segments, and the model by `model`, in one
   * step. `embed` gets a whole version at a time, its segments in order. Until the call resolves
   * the old vectors answer; a call that rejects changes nothing. Rejects with BUG when `embed` does
   * not make a usable vector of every segment. A version that is committed meanwhile is kept and
   * never gets a vector of the words that it replaced; what lacks a vector afterwards is "partial".
   */
  rebuild(
    model: EmbeddingModel,
    embed: EmbedSegments,
    onProgress?: (done: number, total: number) => void,
  ): Promise<void>;
  /**
   * Makes the vectors anew that another way of using the same embedder made, one version after the
   * other, each in a step of its own; the model becomes `model` when all are done. Vectors of both
   * ways answer meanwhile. A call that ends early loses only the version it was at: the next call
   * goes on there. Versions that are committed meanwhile are left as they are. Stores that have to
   * be rebuilt as a whole do not have it.
   */
  renew?(
    model: EmbeddingModel,
    embed: EmbedSegments,
    onProgress?: (done: number, total: number) => void,
  ): Promise<void>;
}
