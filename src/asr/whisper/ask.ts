import { parseBoundedJson } from "../../bounded-json.ts";
import { toWav } from "../audio/wav.ts";
import type { AudioChunk } from "../audio/speech-chunker.ts";
import { type EngineAnswer, type AskOptions, audioLengthMs } from "../remote/engine.ts";
import { type FormPart, formOf, type HttpReply, request } from "../../remote/http.ts";
import { heardFromJson } from "../remote/json-answer.ts";
import { toIso } from "../remote/languages.ts";
import {
  errorBody,
  fromNetworkError,
  fromStatus,
  refusal,
  type RemoteServer,
  type RequestFailure,
} from "../../remote/refusals.ts";
import type { WhisperSettings } from "./settings.ts";
import { keyHeader, type Route } from "./server.ts";

/** Servers refuse shorter audio or crash on it (OpenAI below 0.1 s, whisper.cpp below 1 s). */
const MIN_WHISPER_AUDIO_MS = 1100;
/** A chunk without times inside becomes one hit, so it must not be longer than a hit should be. */
export const WHISPER_WINDOW_MS = 20_000;
const HEALTH_MS = 10_000;

export type Format = "verbose_json" | "diarized_json" | "json";

/** What the server can do, as its answers showed. It holds for all files of this process. */
export interface WhisperCapabilities {
  format: Format;
  granularities: boolean;
  /**
   * Whether the server gave text without times. Then longer chunks are split before they are sent.
   */
  isTextOnly: boolean;
}

/** OpenAI's 4o models give no times; those that tell speakers apart have a format of their own. */
export function abilitiesOf(model: string): WhisperCapabilities {
  if (/transcribe-diarize/.test(model))
    return { format: "diarized_json", granularities: false, isTextOnly: false };
  const isTextOnly = /^gpt-.*transcribe/.test(model);
  return { format: isTextOnly ? "json" : "verbose_json", granularities: !isTextOnly, isTextOnly };
}

export async function askWhisper(
  chunk: AudioChunk,
  options: AskOptions,
  route: Route,
  settings: WhisperSettings,
  server: RemoteServer,
  able: WhisperCapabilities,
): Promise<EngineAnswer> {
  if (able.isTextOnly && audioLengthMs(chunk) > WHISPER_WINDOW_MS)
    return refusal(server, "size", "BUG", "text without times for a long piece");
  const { body, headers } = formOf(fields(chunk, options, route, settings, able));
  try {
    const reply = await request(route.transcribe, {
      body,
      headers: { ...headers, ...keyHeader(settings) },
      signal: options.signal,
      timeoutMs: settings.timeoutMs,
    });
    if (reply.status === 200) return answerOf(reply, chunk, server, able);
    if (downgrade(reply, able))
      return await askWhisper(chunk, options, route, settings, server, able);
    return (
      (await asStarting(reply, route, server, options.signal)) ??
      fromStatus(server, withAdvice(reply, route, settings))
    );
  } catch (error) {
    return fromNetworkError(server, error, options.signal);
  }
}

function fields(
  chunk: AudioChunk,
  { language }: AskOptions,
  { api }: Route,
  { model }: WhisperSettings,
  able: WhisperCapabilities,
): FormPart[] {
  const file: FormPart = {
    name: "file",
    value: toWav(chunk.samples, MIN_WHISPER_AUDIO_MS),
    fileName: "audio.wav",
    type: "audio/wav",
  };
  const field = (name: string, value: string): FormPart => ({ name, value });
  const iso = language === undefined ? [] : [field("language", toIso(language))];
  // Without a language whisper.cpp takes everything for English. It gives words in any case.
  if (api === "whisper.cpp")
    return [
      file,
      field("response_format", "verbose_json"),
      ...(iso.length > 0 ? iso : [field("language", "auto")]),
      field("no_language_probabilities", "true"),
    ];
  return [
    file,
    field("model", model),
    ...iso,
    field("response_format", able.format),
    ...(able.granularities
      ? ["segment", "word"].map((one) => field("timestamp_granularities[]", one))
      : []),
    ...(able.format === "diarized_json" ? [field("chunking_strategy", "auto")] : []),
    // Without this option its segments are stretches of 30 s.
    ...(api === "speaches" ? [field("without_timestamps", "false")] : []),
  ];
}

function answerOf(
  { text }: HttpReply,
  chunk: AudioChunk,
  server: RemoteServer,
  able: WhisperCapabilities,
): EngineAnswer {
  let body: unknown;
  try {
    body = parseBoundedJson(text);
  } catch {
    return refusal(
      server,
      "once",
      "ENGINE_FAILED",
      `an answer that is not JSON: ${text.slice(0, 80)}`,
      "does WHISPER_ENDPOINT name a recogniser?",
    );
  }
  const heard = heardFromJson(body, chunk, { wantsWords: able.granularities });
  if (typeof heard === "string")
    return refusal(
      server,
      "once",
      "ENGINE_FAILED",
      heard,
      "does WHISPER_ENDPOINT name a recogniser?",
    );
  if (heard.timing !== "window" || heard.cues.length === 0) return { heard };
  able.isTextOnly = true;
  if (audioLengthMs(chunk) > WHISPER_WINDOW_MS)
    return refusal(server, "size", "BUG", "text without times for a long piece");
  return { heard };
}

/**
 * Notes the parameter that a refusal names: for the rest of the run requests are made without it.
 * @returns whether there is one.
 */
function downgrade({ status, text }: HttpReply, able: WhisperCapabilities): boolean {
  if (status !== 400 && status !== 422) return false;
  if (able.granularities && /timestamp_granularities/.test(text)) able.granularities = false;
  else if (able.format === "verbose_json" && /response_format|verbose_json/.test(text))
    Object.assign(able, { format: "json", granularities: false });
  else return false;
  return true;
}

/** whisper.cpp turns the 503 of a model that loads into 404: its health tells the two apart. */
async function asStarting(
  { status }: HttpReply,
  { api, health }: Route,
  server: RemoteServer,
  signal: AbortSignal,
): Promise<{ readonly refused: RequestFailure } | undefined> {
  if (api !== "whisper.cpp" || status !== 404) return undefined;
  const reply = await request(health, { method: "GET", signal, timeoutMs: HEALTH_MS });
  return reply.status === 200
    ? undefined
    : refusal(
        server,
        "retry",
        "UNREACHABLE",
        "the server is starting, or this is not its path (HTTP 404)",
        "is WHISPER_ENDPOINT right? whisper.cpp's server listens on port 8080",
      );
}

/** speaches loads only models that were installed before. */
function withAdvice(reply: HttpReply, { api }: Route, { model }: WhisperSettings): HttpReply {
  const { message } = errorBody(reply.text);
  if (api !== "speaches" || reply.status !== 404 || !/not installed/i.test(message)) return reply;
  return { ...reply, text: `${message} (install it: curl -X POST SERVER/v1/models/${model})` };
}
