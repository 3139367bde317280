import { parseBoundedJson } from "../../bounded-json.ts";
import { type HttpReply, request, shownUrl } from "../../remote/http.ts";
import { fromNetworkError, fromStatus, refusal, type RemoteServer } from "../../remote/refusals.ts";
import type { ChatMessage } from "./prompt.ts";

export interface ChatServer {
  readonly endpoint: string;
  readonly model: string;
  readonly apiKey: string | undefined;
  readonly timeoutMs: number;
}

const MAX_TOKENS = 800;

/**
 * One answer by OpenAI's chat API, which Ollama, vLLM and others speak as well.
 * @throws what the server or the network says, without the key.
 */
export async function askServer(
  { endpoint, model, apiKey, timeoutMs }: ChatServer,
  messages: readonly ChatMessage[],
  signal: AbortSignal,
): Promise<string> {
  const url = chatUrl(endpoint);
  const server: RemoteServer = {
    engine: "the answering server",
    address: shownUrl(url),
    secrets: [apiKey],
    keySetting: "ANSWER_API_KEY",
    endpointSetting: "ANSWER_ENDPOINT",
  };
  const body = { model, messages, temperature: 0, max_tokens: MAX_TOKENS, stream: false };
  const reply = await request(url, {
    headers: {
      "content-type": "application/json",
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    },
    body: Buffer.from(JSON.stringify(body)),
    signal,
    timeoutMs,
  }).catch((error: unknown) => {
    throw fromNetworkError(server, error, signal).refused.error;
  });
  if (reply.status !== 200) throw fromStatus(server, reply).refused.error;
  const content = contentOf(reply);
  if (content === undefined)
    throw refusal(server, "fatal", "ENGINE_FAILED", "its reply holds no answer").refused.error;
  return content;
}

function chatUrl(endpoint: string): URL {
  const url = new URL(/^https?:/i.test(endpoint) ? endpoint : `http://${endpoint}`);
  const path = url.pathname.replace(/\/+$/, "");
  if (path.endsWith("/chat/completions")) return url;
  url.pathname = `${path === "" ? "/v1" : path}/chat/completions`;
  return url;
}

function contentOf({ text }: HttpReply): string | undefined {
  try {
    const parsed = parseBoundedJson(text) as {
      choices?: readonly { message?: { content?: unknown } }[];
    } | null;
    const content = parsed?.choices?.[0]?.message?.content;
    return typeof content === "string" ? content : undefined;
  } catch {
    return undefined;
  }
}
