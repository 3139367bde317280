import { parseBoundedJson } from "../../bounded-json.ts";
import { toWav } from "../audio/wav.ts";
import { type Engine, audioLengthMs } from "../remote/engine.ts";
import { formOf, request } from "../../remote/http.ts";
import { heardFromJson } from "../remote/json-answer.ts";
import { toTag } from "../remote/languages.ts";
import { fromNetworkError, fromStatus, refusal } from "../../remote/refusals.ts";
import type { RequestSettings } from "../settings.ts";
import type { NimSettings } from "./settings.ts";
import { describeNimServer, nimEngineId } from "./address.ts";
import { RIVA_WINDOW_MS, NIM_SETTINGS_VERSION } from "./grpc-engine.ts";
import { planFor } from "./plan.ts";

const MIN_HTTP_AUDIO_MS = 500;

/**
 * Opens the HTTP interface of the speech NIM. It gives text without times, so chunks are short and
 * a cue has the times of the speech in its chunk.
 */
export function openHttpEngine(url: URL, settings: NimSettings, requests: RequestSettings): Engine {
  const server = describeNimServer(settings);
  const base = url.pathname.replace(/\/+$/, "").replace(/\/v1(?:\/audio\/transcriptions)?$/, "");
  const transcribe = Object.assign(new URL(url), { pathname: `${base}/v1/audio/transcriptions` });
  const key: Record<string, string> =
    settings.apiKey === undefined ? {} : { authorization: `Bearer ${settings.apiKey}` };
  return {
    id: nimEngineId(settings, NIM_SETTINGS_VERSION),
    languages: [],
    longestMs: RIVA_WINDOW_MS,
    concurrency: requests.concurrency,
    async recognise(chunk, { language, signal }) {
      const plan = planFor([], settings, language);
      const { body, headers } = formOf([
        {
          name: "file",
          value: toWav(chunk.samples, MIN_HTTP_AUDIO_MS),
          fileName: "audio.wav",
          type: "audio/wav",
        },
        // When a model is set, it is sent in place of the language.
        ...(settings.model === undefined
          ? [{ name: "language", value: plan.language }]
          : [{ name: "model", value: settings.model }]),
        { name: "response_format", value: "json" },
      ]);
      try {
        const reply = await request(transcribe, {
          body,
          headers: { ...headers, ...key },
          signal,
          timeoutMs: settings.timeoutMs ?? 60_000 + Math.round(audioLengthMs(chunk)),
        });
        if (reply.status !== 200) return fromStatus(server, reply);
        const heard = heardFromJson(parseJsonOrNothing(reply.text), chunk, { wantsWords: false });
        if (typeof heard === "string")
          return refusal(
            server,
            "once",
            "ENGINE_FAILED",
            heard,
            "does NVIDIA_NIMS_ENDPOINT name a speech NIM?",
          );
        return {
          heard: {
            ...heard,
            language:
              heard.language ?? (settings.model === undefined ? toTag(plan.language) : null),
          },
        };
      } catch (error) {
        return fromNetworkError(server, error, signal);
      }
    },
    close: async () => {},
  };
}

function parseJsonOrNothing(text: string): unknown {
  try {
    return parseBoundedJson(text);
  } catch {
    return undefined;
  }
}
