export interface EmbedOptions {
  /** Some models embed questions and passages differently. */
  readonly as: "query" | "passage";
  readonly signal?: AbortSignal | undefined;
}

/** A part of a running text. */
export interface TextPart {
  /** What stands before it, such as who speaks: context, and no part of its own vector. */
  readonly before: string;
  readonly text: string;
}

/** Vectors of unit length that one run over a passage gives. */
export interface PassageVectors {
  /** As `embed` would give it of the whole text. */
  readonly whole: Float32Array;
  /**
   * Each part as it is meant in the passage: the mean of the states of its own tokens. null for a
   * part without tokens, and for one that is cut off, being beyond what the model takes.
   */
  readonly parts: readonly (Float32Array | null)[];
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
  /**
   * Passages of parts in a row, with what each part means in its passage. Models that give no
   * states of single tokens, such as those of servers, do not have it.
   */
  embedPassages?(
    passages: readonly (readonly TextPart[])[],
    signal?: AbortSignal,
  ): Promise<PassageVectors[]>;
  close(): Promise<void>;
}
