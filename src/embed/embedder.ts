export interface EmbedOptions {
  /** Some models embed questions and passages differently. */
  readonly as: "query" | "passage";
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sentence embeddings. Implementations pass `embedder.contract.ts`. Laws: one vector a text, in
 * order; unit length; the same text gives the same vector in any batch; related texts are nearer
 * than unrelated ones; an empty list gives an empty list; texts longer than the model takes are
 * cut, not refused.
 */
export interface Embedder {
  /**
   * Identity of model and weights (name and digest): vectors of different ids must never be
   * compared.
   */
  readonly id: string;
  readonly dimensions: number;
  embed(texts: readonly string[], options: EmbedOptions): Promise<Float32Array[]>;
  close(): Promise<void>;
}
