import { parseBoundedJson } from "../../bounded-json.ts";
import { MediasearchError } from "../../errors.ts";
import { request } from "../../remote/http.ts";
import { fromNetworkError, fromStatus } from "../../remote/refusals.ts";
import type { EngineFinding } from "../settings.ts";
import type { WhisperSettings } from "./settings.ts";
import { describeWhisperServer, findRoute, keyHeader } from "./server.ts";

const WHISPER_CHECK_MS = 8000;
const MAX_NAMES = 8;

/**
 * Checks whether the server answers, accepts the key and has the model. It sends no audio.
 * @throws what would end a run.
 */
export async function check(whisper: WhisperSettings, signal: AbortSignal): Promise<EngineFinding> {
  const server = describeWhisperServer(whisper);
  const route = await findRoute(whisper, signal);
  if ("refused" in route) throw route.refused.error;
  const serverName = `${route.api === "openai" ? "OpenAI's API" : route.api} at ${server.address}`;
  const reply = await request(route.api === "whisper.cpp" ? route.health : route.models, {
    method: "GET",
    headers: keyHeader(whisper),
    signal,
    timeoutMs: WHISPER_CHECK_MS,
  }).catch((error: unknown) => {
    throw fromNetworkError(server, error, signal).refused.error;
  });
  if (route.api === "whisper.cpp") {
    if (reply.status === 200) return { found: serverName };
    throw new MediasearchError("UNREACHABLE", `${serverName}: not ready (HTTP ${reply.status})`, {
      hint: "its model may still be loading",
    });
  }
  if (reply.status === 404) return { found: `${serverName} (it does not list its models)` };
  if (reply.status !== 200) throw fromStatus(server, reply).refused.error;
  const names = modelsOf(reply.text);
  if (names.length === 0 || names.includes(whisper.model))
    return { found: `${serverName}, model ${whisper.model}` };
  const some = names.slice(0, MAX_NAMES).join(", ");
  return {
    found: serverName,
    warning: `it does not list the model ${whisper.model}, but ${some}${names.length > MAX_NAMES ? ", …" : ""}`,
    hint:
      route.api === "speaches"
        ? `curl -X POST SERVER/v1/models/${whisper.model}`
        : "WHISPER_MODEL=NAME",
  };
}

function modelsOf(text: string): readonly string[] {
  try {
    const { data } = parseBoundedJson(text) as { data?: unknown };
    return Array.isArray(data)
      ? data.flatMap((one: { id?: unknown }) => (typeof one?.id === "string" ? [one.id] : []))
      : [];
  } catch {
    return [];
  }
}
