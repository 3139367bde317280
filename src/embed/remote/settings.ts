import { parseChoice, serverAddress, trimmed } from "../../config/setting.ts";
import type { EmbedderSettings, OwnEmbedderSettings } from "../settings.ts";

/** Kinds of embedding servers, as EMBEDDING_API names them. */
const EMBEDDING_APIS = ["auto", "openai", "nim", "tei", "ollama"] as const;
export type EmbeddingApi = (typeof EMBEDDING_APIS)[number];

/** A server that embeds. */
export interface RemoteSettings extends EmbedderSettings {
  readonly endpoint?: string | undefined;
  readonly api?: EmbeddingApi | undefined;
  readonly apiKey?: string | undefined;
}

export interface RemoteRows {
  readonly embeddingEndpoint: string | undefined;
  readonly embeddingApi: EmbeddingApi;
  readonly embeddingApiKey: string | undefined;
}

export const REMOTE: OwnEmbedderSettings<RemoteRows, RemoteSettings> = {
  rows: {
    embeddingEndpoint: {
      env: "EMBEDDING_ENDPOINT",
      help: "address of a server that embeds: OpenAI's API, NVIDIA NIM, text-embeddings-inference or Ollama",
      parse: serverAddress,
      fallback: () => undefined,
      fallbackText: "none: the model runs on this machine",
    },
    embeddingApi: {
      env: "EMBEDDING_API",
      help: "kind of server: openai, nim, tei, ollama, or auto (found out by its address or its answers)",
      parse: parseChoice(...EMBEDDING_APIS),
      fallback: () => "auto",
      fallbackText: "auto",
    },
    embeddingApiKey: {
      env: "EMBEDDING_API_KEY",
      help: "key of that server",
      parse: trimmed,
      fallback: () => undefined,
      fallbackText: "none",
      isSecret: true,
    },
  },
  own: (values) => ({
    endpoint: values.embeddingEndpoint,
    api: values.embeddingApi,
    apiKey: values.embeddingApiKey,
  }),
  isFor: ({ endpoint }) => endpoint !== undefined,
};
