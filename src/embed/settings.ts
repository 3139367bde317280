import { resolve } from "node:path";
import { parseChoice, parseInteger, type SettingTable } from "../config/setting.ts";

/**
 * What every embedder is given; those with settings of their own are given these as well. Plain
 * data: it goes to worker processes.
 */
export interface EmbedderSettings {
  /** all-MiniLM-L6-v2, a folder with an ONNX model, or the name that a server knows. */
  readonly model: string;
  /** The length of the vectors; when it is undefined, the model or the server decides. */
  readonly dimensions?: number | undefined;
  /**
   * How many tokens the model takes; when it is undefined, the number that is known of the model
   * holds.
   */
  readonly maxTokens?: number | undefined;
  /** Written before texts; undefined: what the model's authors say, where that is known. */
  readonly queryPrefix?: string | undefined;
  readonly passagePrefix?: string | undefined;
  /** Where models are kept that are made or fetched on this machine. */
  readonly modelCache?: string | undefined;
  readonly timeoutMs?: number | undefined;
  readonly attempts?: number | undefined;
  readonly baseDelayMs?: number | undefined;
  readonly maxDelayMs?: number | undefined;
}

/** The settings of one embedder; they stand in its folder. */
export interface OwnEmbedderSettings<
  Rows = object,
  Own extends EmbedderSettings = EmbedderSettings,
> {
  /** Its rows in the table of all settings. */
  readonly rows: SettingTable<Rows>;
  /** What the embedder is given of them, beside what all are given. */
  readonly own: (values: Rows) => Omit<Own, keyof EmbedderSettings>;
  /** Whether the settings mean this embedder. The first in the registry that says so is taken. */
  readonly isFor: (settings: Own) => boolean;
}

export interface ModelRows {
  readonly embeddingModel: string;
}

/** It stands before the settings of single embedders. */
export const MODEL_ROWS: SettingTable<ModelRows> = {
  embeddingModel: {
    env: "EMBEDDING_MODEL",
    help: "embedding model: all-MiniLM-L6-v2, a folder with an ONNX model (./my-model), stub for made-up vectors, or the name that EMBEDDING_ENDPOINT's server knows",
    // The predecessor wrote the bundled one as on the Hugging Face hub. Folders are told by how
    // they are written.
    parse: (text, { cwd }) =>
      /^[./~]/.test(text)
        ? resolve(cwd, text)
        : text.trim().replace(/^sentence-transformers\/(?=all-MiniLM-L6-v2$)/, ""),
    fallback: () => "all-MiniLM-L6-v2",
    fallbackText: "all-MiniLM-L6-v2",
  },
};

/** `standard`: one small model. `best`: two, with vectors twice as long. */
export type Quality = "standard" | "best";

export interface QualityRows {
  readonly searchQuality: Quality;
}

export const QUALITY_ROWS: SettingTable<QualityRows> = {
  searchQuality: {
    env: "SEARCH_QUALITY",
    help: "standard, or best: a second embedding model finds half as many paraphrases more; embedding takes three times as long, the library grows by about two thirds",
    parse: parseChoice("standard", "best"),
    fallback: () => "standard",
    fallbackText: "standard",
  },
};

export interface LimitRows {
  readonly embeddingDimension: number | undefined;
  readonly embeddingMaxTokens: number | undefined;
  readonly embeddingQueryPrefix: string | undefined;
  readonly embeddingPassagePrefix: string | undefined;
}

/** They stand behind the settings of single embedders. */
export const LIMIT_ROWS: SettingTable<LimitRows> = {
  embeddingDimension: {
    env: "EMBEDDING_DIMENSION",
    help: "length of the vectors; another one is refused before anything is written",
    parse: parseInteger(1, 100_000),
    fallback: () => undefined,
    fallbackText: "the model's",
  },
  embeddingMaxTokens: {
    env: "EMBEDDING_MAX_TOKENS",
    help: "tokens that the model takes; longer texts are cut before they are sent",
    parse: parseInteger(8, 1_000_000),
    fallback: () => undefined,
    fallbackText: "what the server says, else 512 (OpenAI 8191)",
  },
  embeddingQueryPrefix: {
    env: "EMBEDDING_QUERY_PREFIX",
    help: "text that this model wants before queries",
    parse: (text) => text,
    fallback: () => undefined,
    fallbackText: "by the model's name, where it is known",
  },
  embeddingPassagePrefix: {
    env: "EMBEDDING_PASSAGE_PREFIX",
    help: "text that this model wants before passages",
    parse: (text) => text,
    fallback: () => undefined,
    fallbackText: "by the model's name, where it is known",
  },
};

/** Settings of retries that embedders on servers are held to as well. */
export interface EmbeddingRetryRows {
  readonly maxAttempts: number;
  readonly baseRetryDelayMs: number;
  readonly maxRetryDelayMs: number;
}

const EMBEDDING_MAX_ATTEMPTS = 5;
const EMBEDDING_MAX_DELAY_MS = 30_000;

export const sharedSettings = (
  values: ModelRows & LimitRows & EmbeddingRetryRows & { readonly modelCache: string },
): EmbedderSettings => ({
  model: values.embeddingModel,
  modelCache: values.modelCache,
  dimensions: values.embeddingDimension,
  maxTokens: values.embeddingMaxTokens,
  queryPrefix: values.embeddingQueryPrefix,
  passagePrefix: values.embeddingPassagePrefix,
  attempts: Math.min(EMBEDDING_MAX_ATTEMPTS, values.maxAttempts),
  baseDelayMs: values.baseRetryDelayMs,
  maxDelayMs: Math.min(EMBEDDING_MAX_DELAY_MS, values.maxRetryDelayMs),
});
