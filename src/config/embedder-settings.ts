import { resolve } from "node:path";
import { EMBEDDING_APIS, type EmbeddingApi } from "../types.ts";
import { server } from "./recogniser-settings.ts";
import { integer, oneOf, type Table } from "./setting.ts";

/** Which model embeds, and where. */
export interface EmbeddingSettings {
  readonly embeddingModel: string;
  readonly embeddingEndpoint: string | undefined;
  readonly embeddingApi: EmbeddingApi;
  readonly embeddingApiKey: string | undefined;
  readonly embeddingDimension: number | undefined;
  readonly embeddingMaxTokens: number | undefined;
  readonly embeddingQueryPrefix: string | undefined;
  readonly embeddingPassagePrefix: string | undefined;
}

export const EMBEDDING_SETTINGS: Table<EmbeddingSettings> = {
  embeddingModel: {
    env: "EMBEDDING_MODEL",
    help: "embedding model: all-MiniLM-L6-v2, a folder with an ONNX model (./my-model), or the name that EMBEDDING_ENDPOINT's server knows",
    // The predecessor wrote the bundled one as on the Hugging Face hub. Folders are told by how they are written.
    parse: (text, { cwd }) =>
      /^[./~]/.test(text)
        ? resolve(cwd, text)
        : text.trim().replace(/^sentence-transformers\/(?=all-MiniLM-L6-v2$)/, ""),
    fallback: () => "all-MiniLM-L6-v2",
    fallbackText: "all-MiniLM-L6-v2",
  },
  embeddingEndpoint: {
    env: "EMBEDDING_ENDPOINT",
    help: "address of a server that embeds: OpenAI's API, NVIDIA NIM, text-embeddings-inference or Ollama",
    parse: server,
    fallback: () => undefined,
    fallbackText: "none: the model runs on this machine",
  },
  embeddingApi: {
    env: "EMBEDDING_API",
    help: "what kind of server it is: openai, nim, tei, ollama, or auto (by its address, else it is asked)",
    parse: oneOf(...EMBEDDING_APIS),
    fallback: () => "auto",
    fallbackText: "auto",
  },
  embeddingApiKey: {
    env: "EMBEDDING_API_KEY",
    help: "key of that server",
    parse: (text) => text.trim(),
    fallback: () => undefined,
    fallbackText: "none",
    isSecret: true,
  },
  embeddingDimension: {
    env: "EMBEDDING_DIMENSION",
    help: "length of the vectors; another one is refused before anything is written",
    parse: integer(1, 100_000),
    fallback: () => undefined,
    fallbackText: "the model's",
  },
  embeddingMaxTokens: {
    env: "EMBEDDING_MAX_TOKENS",
    help: "tokens that the model takes; longer texts are cut before they are sent",
    parse: integer(8, 1_000_000),
    fallback: () => undefined,
    fallbackText: "what the server says, else 512 (OpenAI 8191)",
  },
  embeddingQueryPrefix: {
    env: "EMBEDDING_QUERY_PREFIX",
    help: "what stands before queries for this model",
    parse: (text) => text,
    fallback: () => undefined,
    fallbackText: "by the model's name, where it is known",
  },
  embeddingPassagePrefix: {
    env: "EMBEDDING_PASSAGE_PREFIX",
    help: "what stands before passages for this model",
    parse: (text) => text,
    fallback: () => undefined,
    fallbackText: "by the model's name, where it is known",
  },
};
