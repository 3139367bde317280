import type { EmbeddingApi } from "../types.ts";

/** What an embedder is given; `config` says what each means. Plain data: it goes to worker processes. */
export interface EmbedderSettings {
  /** all-MiniLM-L6-v2, a folder with an ONNX model, or the name that a server knows. */
  readonly model: string;
  /** Address of the server that embeds; without one the model runs here. */
  readonly endpoint?: string | undefined;
  readonly api?: EmbeddingApi | undefined;
  readonly apiKey?: string | undefined;
  /** Of the vectors; undefined: what the server gives. */
  readonly dimensions?: number | undefined;
  /** Tokens that the model takes; undefined: what is known of the API. */
  readonly maxTokens?: number | undefined;
  /** Written before texts; undefined: what the model's authors say, where that is known. */
  readonly queryPrefix?: string | undefined;
  readonly passagePrefix?: string | undefined;
  readonly timeoutMs?: number | undefined;
  readonly attempts?: number | undefined;
  readonly baseDelayMs?: number | undefined;
  readonly maxDelayMs?: number | undefined;
}
