import type { EmbedOptions } from "../embedder.ts";
import type { RemoteSettings } from "./settings.ts";

export interface Ask {
  readonly texts: readonly string[];
  readonly as: EmbedOptions["as"];
  readonly settings: RemoteSettings;
}

/** How requests to one kind of server are made, and how its answers are read. */
export interface Protocol {
  readonly name: "openai" | "nim" | "tei" | "ollama";
  /** The path below the base address. */
  readonly path: string;
  readonly mostTexts: number;
  /** Where nothing else is known. */
  readonly maxTokens: number;
  readonly body: (ask: Ask) => unknown;
  /**
   * Reads the vectors in the order of the texts. @returns undefined for an answer of another shape.
   */
  readonly vectors: (answer: unknown) => readonly (readonly number[])[] | undefined;
}

const isVector = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length > 0 && value.every((x) => typeof x === "number");

function indexed(answer: unknown): readonly (readonly number[])[] | undefined {
  const data = (answer as { data?: unknown } | null)?.data;
  if (!Array.isArray(data)) return undefined;
  const rows = (data as { index?: unknown; embedding?: unknown }[])
    .map(({ index, embedding }, at) => ({
      index: typeof index === "number" ? index : at,
      embedding,
    }))
    .toSorted((a, b) => a.index - b.index);
  const vectors = rows.map(({ embedding }) => embedding);
  return vectors.every(isVector) && rows.every(({ index }, at) => index === at)
    ? vectors
    : undefined;
}

const sized = ({ dimensions }: RemoteSettings): { dimensions?: number } =>
  dimensions === undefined ? {} : { dimensions };

/**
 * OpenAI's, https://platform.openai.com/docs/api-reference/embeddings; vLLM, LocalAI and many
 * others speak it too.
 */
const OPENAI: Protocol = {
  name: "openai",
  path: "/v1/embeddings",
  mostTexts: 256,
  maxTokens: 8191,
  body: ({ texts, settings }) => ({
    model: settings.model,
    input: texts,
    encoding_format: "float",
    ...(/text-embedding-3/.test(settings.model) ? sized(settings) : {}),
  }),
  vectors: indexed,
};

/**
 * NVIDIA's retriever services: OpenAI's with the kind of text. They cut at the end when they must,
 * which `prepare` leaves nothing to do for.
 */
const NIM: Protocol = {
  name: "nim",
  path: "/v1/embeddings",
  mostTexts: 64,
  maxTokens: 512,
  body: ({ texts, as, settings }) => ({
    model: settings.model,
    input: texts,
    input_type: as,
    truncate: "NONE",
    encoding_format: "float",
  }),
  vectors: indexed,
};

/**
 * Hugging Face's text-embeddings-inference,
 * https://huggingface.github.io/text-embeddings-inference/.
 */
const TEI: Protocol = {
  name: "tei",
  path: "/embed",
  mostTexts: 32,
  maxTokens: 512,
  body: ({ texts }) => ({ inputs: texts, normalize: true, truncate: false }),
  vectors: (answer) => (Array.isArray(answer) && answer.every(isVector) ? answer : undefined),
};

/** https://docs.ollama.com/api/embed; it would cut in silence unless told not to. */
const OLLAMA: Protocol = {
  name: "ollama",
  path: "/api/embed",
  mostTexts: 64,
  maxTokens: 512,
  body: ({ texts, settings }) => ({ model: settings.model, input: texts, truncate: false }),
  vectors(answer) {
    const all = (answer as { embeddings?: unknown } | null)?.embeddings;
    return Array.isArray(all) && all.every(isVector) ? all : undefined;
  },
};

export const PROTOCOLS = { openai: OPENAI, nim: NIM, tei: TEI, ollama: OLLAMA } as const;

export interface Place {
  readonly protocol: Protocol;
  readonly url: URL;
}

/**
 * Finds the protocol by the path of the address alone. @returns undefined when the server has to be
 * asked.
 */
export function findEndpoint(
  endpoint: string,
  api: RemoteSettings["api"],
  model: string,
): Place | undefined {
  const base = new URL(/^https?:/i.test(endpoint) ? endpoint : `http://${endpoint}`);
  const path = base.pathname.replace(/\/+$/, "");
  const at = (protocol: Protocol, whole: boolean): Place => ({
    protocol,
    url: new URL(whole ? path : path.replace(/\/v1$/, "") + protocol.path, base),
  });
  const openai = model.startsWith("nvidia/") ? NIM : OPENAI;
  if (api !== undefined && api !== "auto")
    return at(PROTOCOLS[api], path.endsWith(PROTOCOLS[api].path));
  if (path.endsWith("/api/embed")) return at(OLLAMA, true);
  if (path.endsWith("/v1/embeddings")) return at(openai, true);
  if (path.endsWith("/embed")) return at(TEI, true);
  if (path.endsWith("/v1")) return at(openai, false);
  return undefined;
}
