import { parseBoundedJson } from "../../bounded-json.ts";
import { createHash } from "node:crypto";
import { countAttempts } from "../../remote/attempts.ts";
import { type HttpReply, request, shownUrl } from "../../remote/http.ts";
import {
  fromNetworkError,
  fromStatus,
  refusal,
  type RequestFailure,
  type RemoteServer,
} from "../../remote/refusals.ts";
import type { EmbeddingModel } from "../../embedding-model.ts";
import { MediasearchError } from "../../errors.ts";
import type { Embedder } from "../embedder.ts";
import { prefixesOf, prepare } from "../prefixes.ts";
import type { RemoteSettings } from "./settings.ts";
import { type Place, findEndpoint, PROTOCOLS } from "./protocols.ts";

const EMBEDDER_PROBE_MS = 10_000;
const REQUEST_TIMEOUT_MS = 120_000;

interface OpenedEmbedder extends Place {
  readonly server: RemoteServer;
  readonly settings: RemoteSettings;
  readonly maxTokens: number;
  readonly mostTexts: number;
}

type EmbeddingAnswer =
  | { readonly vectors: readonly (readonly number[])[] }
  | { readonly refused: RequestFailure };

/**
 * A model of a server. What it is and how long its vectors are is known before anything is written:
 * it is asked for one vector at the start.
 * @throws USAGE, CREDENTIALS or UNREACHABLE; MODEL_MISMATCH when its vectors are not as long as
 * EMBEDDING_DIMENSION says.
 */
export async function open(settings: RemoteSettings): Promise<Embedder> {
  const opened = await find(settings);
  const signal = new AbortController().signal;
  const [probe = []] = await embedBatches(
    opened,
    prepare(["mediasearch"], "passage", prefixesOf(settings), opened.maxTokens),
    "passage",
    signal,
  );
  const dimensions = probe.length;
  if (settings.dimensions !== undefined && settings.dimensions !== dimensions)
    throw new MediasearchError(
      "MODEL_MISMATCH",
      `${settings.model} at ${opened.server.address} makes vectors of ${dimensions} dimensions, not of ${settings.dimensions}`,
      {
        subject: settings.model,
        hint: `EMBEDDING_DIMENSION=${dimensions}, or another EMBEDDING_MODEL`,
      },
    );
  const prefixes = prefixesOf(settings);
  return {
    id: remoteModelId(opened, dimensions),
    dimensions,
    async embed(texts, { as, signal: stop = signal }) {
      const prepared = prepare(texts, as, prefixes, opened.maxTokens);
      const vectors: Float32Array[] = [];
      for (let from = 0; from < prepared.length; from += opened.mostTexts) {
        stop.throwIfAborted();
        for (const vector of await embedBatches(
          opened,
          prepared.slice(from, from + opened.mostTexts),
          as,
          stop,
        ))
          vectors.push(normalised(vector, dimensions, opened));
      }
      return vectors;
    },
    close: async () => {},
  };
}

/**
 * Without asking the server where address and length are given: searches of remembered queries then
 * need no network.
 */
export async function identifyRemote(settings: RemoteSettings): Promise<EmbeddingModel> {
  const endpoint = findEndpoint(settings.endpoint ?? "", settings.api, settings.model);
  if (endpoint && endpoint.protocol !== PROTOCOLS.tei && settings.dimensions !== undefined)
    return {
      embedder: remoteModelId(
        {
          protocol: endpoint.protocol,
          settings,
          maxTokens: settings.maxTokens ?? endpoint.protocol.maxTokens,
        },
        settings.dimensions,
      ),
      dimensions: settings.dimensions,
    };
  const { id, dimensions } = await open(settings);
  return { embedder: id, dimensions };
}

/**
 * The address is not part of it: a model is the same wherever it runs. Its weights can't be seen,
 * so all that can be seen stands for them.
 */
function remoteModelId(
  { protocol, settings, maxTokens }: Pick<OpenedEmbedder, "protocol" | "settings" | "maxTokens">,
  dimensions: number,
): string {
  const { query, passage } = prefixesOf(settings);
  const digest = createHash("sha256")
    .update(
      JSON.stringify([
        protocol.name === "nim" ? "nim" : "text",
        settings.model,
        dimensions,
        query,
        passage,
        maxTokens,
      ]),
    )
    .digest("hex")
    .slice(0, 12);
  return `${settings.model.replace(/[^\w.-]+/g, "-")}@${digest}`;
}

async function find(settings: RemoteSettings): Promise<OpenedEmbedder> {
  const { endpoint = "", api, model, apiKey, maxTokens } = settings;
  const base = new URL(/^https?:/i.test(endpoint) ? endpoint : `http://${endpoint}`);
  const server: RemoteServer = {
    engine: "the embedding server",
    address: shownUrl(base),
    secrets: [apiKey],
    keySetting: "EMBEDDING_API_KEY",
    endpointSetting: "EMBEDDING_ENDPOINT",
  };
  const source =
    findEndpoint(endpoint, api, model) ?? (await detectProtocol(base, server, settings));
  const info = source.protocol === PROTOCOLS.tei ? await teiInfo(source.url, server, settings) : {};
  return {
    ...source,
    server,
    settings,
    maxTokens: maxTokens ?? info.maxTokens ?? source.protocol.maxTokens,
    mostTexts: info.mostTexts ?? source.protocol.mostTexts,
  };
}

/** Finds the kind of server at a bare address: each kind has a page that the others lack. */
async function detectProtocol(
  base: URL,
  server: RemoteServer,
  settings: RemoteSettings,
): Promise<Place> {
  const probes = [
    ["/info", "tei"],
    ["/api/version", "ollama"],
    ["/v1/models", "openai"],
  ] as const;
  let lastReply: HttpReply | undefined;
  for (const [path, api] of probes) {
    lastReply = await look(new URL(path, base), server, settings);
    if (lastReply.status === 200)
      return findEndpoint(
        base.href,
        api === "openai" && settings.model.startsWith("nvidia/") ? "nim" : api,
        settings.model,
      ) as Place;
    if (lastReply.status === 401 || lastReply.status === 403)
      throw fromStatus(server, lastReply).refused.error;
  }
  throw new MediasearchError(
    "USAGE",
    `${server.address}: no server for embeddings that is known (HTTP ${lastReply?.status ?? 0})`,
    {
      subject: server.address,
      hint: "EMBEDDING_API=openai, nim, tei or ollama, or the whole address such as http://HOST:PORT/v1/embeddings",
    },
  );
}

async function teiInfo(
  url: URL,
  server: RemoteServer,
  settings: RemoteSettings,
): Promise<{ readonly maxTokens?: number; readonly mostTexts?: number }> {
  const { status, text } = await look(
    new URL(url.pathname.replace(/\/embed$/, "/info"), url),
    server,
    settings,
  );
  if (status !== 200) return {};
  const { max_input_length: maxTokens, max_client_batch_size: mostTexts } = (parsed(text) ??
    {}) as { max_input_length?: unknown; max_client_batch_size?: unknown };
  return {
    ...(typeof maxTokens === "number" ? { maxTokens } : {}),
    ...(typeof mostTexts === "number" && mostTexts > 0 ? { mostTexts } : {}),
  };
}

const authorisationHeader = ({ apiKey }: RemoteSettings): Record<string, string> =>
  apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };

/** Fetches what a server reports of itself. */
async function look(url: URL, server: RemoteServer, settings: RemoteSettings): Promise<HttpReply> {
  const { signal } = new AbortController();
  try {
    return await request(url, {
      method: "GET",
      headers: authorisationHeader(settings),
      signal,
      timeoutMs: EMBEDDER_PROBE_MS,
    });
  } catch (error) {
    throw fromNetworkError(server, error, signal).refused.error;
  }
}

/**
 * Embeds all texts, or rejects with the error of the last attempt. A batch that is too large is
 * sent in halves.
 */
async function embedBatches(
  opened: OpenedEmbedder,
  texts: readonly string[],
  as: "query" | "passage",
  signal: AbortSignal,
): Promise<readonly (readonly number[])[]> {
  const { attempts = 5, baseDelayMs = 1000, maxDelayMs = 30_000 } = opened.settings;
  const requests = countAttempts({ attempts, baseDelayMs, maxDelayMs, signal });
  for (;;) {
    signal.throwIfAborted();
    const answer = await once(opened, texts, as, signal);
    if ("vectors" in answer) return answer.vectors;
    if (answer.refused.kind === "size" && texts.length > 1) {
      const half = Math.ceil(texts.length / 2);
      return [
        ...(await embedBatches(opened, texts.slice(0, half), as, signal)),
        ...(await embedBatches(opened, texts.slice(half), as, signal)),
      ];
    }
    await requests.waitAfter(answer.refused);
  }
}

/** A batch that is too large: text-embeddings-inference says 422 in words of its own. */
const TOO_MANY = /batch size|too many inputs|maximum allowed batch/i;

async function once(
  { protocol, url, server, settings }: OpenedEmbedder,
  texts: readonly string[],
  as: "query" | "passage",
  signal: AbortSignal,
): Promise<EmbeddingAnswer> {
  let reply: HttpReply;
  try {
    reply = await request(url, {
      headers: { "content-type": "application/json", ...authorisationHeader(settings) },
      body: Buffer.from(JSON.stringify(protocol.body({ texts, as, settings }))),
      signal,
      timeoutMs: settings.timeoutMs ?? REQUEST_TIMEOUT_MS,
    });
  } catch (error) {
    return fromNetworkError(server, error, signal);
  }
  if (reply.status === 422 && TOO_MANY.test(reply.text))
    return refusal(server, "size", "USAGE", reply.text);
  if (reply.status !== 200) return fromStatus(server, reply);
  const vectors = protocol.vectors(parsed(reply.text));
  if (!vectors)
    return refusal(
      server,
      "fatal",
      "ENGINE_FAILED",
      "its answer holds no vectors",
      "EMBEDDING_API names another kind of server; mediasearch doctor asks it",
    );
  if (vectors.length !== texts.length)
    return refusal(
      server,
      "fatal",
      "ENGINE_FAILED",
      `${vectors.length} vectors of ${texts.length} texts`,
    );
  return { vectors };
}

function parsed(text: string): unknown {
  try {
    return parseBoundedJson(text);
  } catch {
    return undefined;
  }
}

function normalised(
  vector: readonly number[],
  dimensions: number,
  { server, settings }: OpenedEmbedder,
): Float32Array {
  const length = Math.hypot(...vector);
  if (vector.length !== dimensions || !(length > 0 && length < Infinity))
    throw new MediasearchError(
      vector.length === dimensions ? "ENGINE_FAILED" : "MODEL_MISMATCH",
      `${settings.model} at ${server.address} made a vector of ${vector.length} dimensions${vector.length === dimensions ? " that is zero or not numbers" : `, not of ${dimensions}`}`,
      { subject: settings.model, hint: "mediasearch doctor" },
    );
  return Float32Array.from(vector, (value) => value / length);
}
