import { MediasearchError } from "../../errors.ts";
import { type HttpReply, request, shownUrl } from "../../remote/http.ts";
import { fromNetworkError, type RemoteServer, type RequestFailure } from "../../remote/refusals.ts";
import type { WhisperSettings } from "./settings.ts";

/**
 * The kinds of server: OpenAI's API or one like it, speaches, which can do more, and whisper.cpp.
 */
export type Api = "openai" | "speaches" | "whisper.cpp";

export interface Route {
  readonly api: Api;
  readonly transcribe: URL;
  readonly health: URL;
  readonly models: URL;
}

const WHISPER_PROBE_MS = 10_000;

/** @throws USAGE when no address is set, or it is none. */
export function whisperAddress({ endpoint }: WhisperSettings): URL {
  if (endpoint === undefined)
    throw new MediasearchError("USAGE", "WHISPER: no server is set", {
      subject: "WHISPER_ENDPOINT",
      hint: "WHISPER_ENDPOINT=http://127.0.0.1:8080",
    });
  const text = /^[a-z][a-z\d+.-]*:\/\//i.test(endpoint) ? endpoint : `http://${endpoint}`;
  if (!URL.canParse(text) || !/^https?:/i.test(text))
    throw new MediasearchError("USAGE", "WHISPER_ENDPOINT is no address of a server", {
      subject: "WHISPER_ENDPOINT",
      hint: "WHISPER_ENDPOINT=http://127.0.0.1:8080",
    });
  return new URL(text);
}

export function describeWhisperServer(settings: WhisperSettings): RemoteServer {
  const address = whisperAddress(settings);
  const secrets = [settings.apiKey, address.password || undefined];
  return {
    engine: "WHISPER",
    address: shownUrl(address),
    secrets,
    keySetting: "WHISPER_API_KEY",
    endpointSetting: "WHISPER_ENDPOINT",
  };
}

export const keyHeader = ({ apiKey }: WhisperSettings): Record<string, string> =>
  apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };

/**
 * Where to send audio, once the server has shown what it is. The address may be a host, one that
 * ends in /v1, or the whole path.
 */
export async function findRoute(
  settings: WhisperSettings,
  signal: AbortSignal,
): Promise<Route | { readonly refused: RequestFailure }> {
  const address = whisperAddress(settings);
  const path = address.pathname.replace(/\/+$/, "");
  const isWhole = /\/(?:inference|transcriptions)$/.test(path);
  const apiOfPath = path.endsWith("/inference") ? "whisper.cpp" : undefined;
  const api = settings.api === "auto" ? apiOfPath : settings.api;
  const base = path
    .replace(/\/(?:inference|(?:v1\/)?audio\/transcriptions)$/, "")
    .replace(/\/v1$/, "");
  const urlOf = (rest: string): URL =>
    Object.assign(new URL(address), { pathname: `${base}${rest}` });
  const probes = { health: urlOf("/health"), models: urlOf("/v1/models") };
  const routeFor = (found: Api): Route => ({
    api: found,
    ...probes,
    transcribe: isWhole
      ? address
      : urlOf(found === "whisper.cpp" ? "/inference" : "/v1/audio/transcriptions"),
  });
  if (api === "whisper.cpp") return routeFor(api);
  try {
    const health = await request(probes.health, {
      method: "GET",
      headers: keyHeader(settings),
      signal,
      timeoutMs: WHISPER_PROBE_MS,
    });
    const kind = kindOf(health);
    if (kind === "speaches" || api === "openai")
      return routeFor(kind === "speaches" ? kind : "openai");
    if (kind === "whisper.cpp" && (await isUnlisted(probes.models, settings, signal)))
      return routeFor("whisper.cpp");
    return routeFor("openai");
  } catch (error) {
    return fromNetworkError(describeWhisperServer(settings), error, signal);
  }
}

/**
 * `{"status":"ok"}` is whisper.cpp's, `{"message":"OK"}` that of speaches. While its model loads
 * whisper.cpp does not listen at all.
 */
function kindOf({ status, text }: HttpReply): Api {
  if (status !== 200) return "openai";
  if (/^\s*\{\s*"status"\s*:\s*"ok"\s*\}\s*$/.test(text)) return "whisper.cpp";
  return /^\s*\{\s*"message"\s*:\s*"OK"\s*\}\s*$/.test(text) ? "speaches" : "openai";
}

/** Other servers say "ok" in the same way; whisper.cpp has no list of models. */
const isUnlisted = async (
  models: URL,
  settings: WhisperSettings,
  signal: AbortSignal,
): Promise<boolean> =>
  (
    await request(models, {
      method: "GET",
      headers: keyHeader(settings),
      signal,
      timeoutMs: WHISPER_PROBE_MS,
    })
  ).status === 404;
