import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { toWav } from "../audio/wav.ts";
import type { AudioChunk } from "../audio/speech-chunker.ts";
import type { EngineAnswer, AskOptions } from "../remote/engine.ts";
import { formOf, type HttpReply, request } from "../../remote/http.ts";
import {
  errorBody,
  fromNetworkError,
  fromStatus,
  refusal,
  retryAfter,
  type RemoteServer,
} from "../../remote/refusals.ts";
import type { RequestSettings } from "../settings.ts";
import type { CustomSettings } from "./settings.ts";
import { timeoutOf } from "./ask-command.ts";
import { readAnswer } from "./read-answer.ts";

const MIN_REQUEST_AUDIO_MS = 500;
const POLL_MS = 1000;
const ONE_POLL_MS = 30_000;

/**
 * Follows the HTTP contract of docs/engines.md: it posts the file and the request, and the server
 * answers 200 with the transcript, or 202 with an address where the transcript will be.
 */
export async function askServer(
  chunk: AudioChunk,
  options: AskOptions,
  settings: CustomSettings,
  requests: RequestSettings,
  server: RemoteServer,
): Promise<EngineAnswer> {
  const url = new URL(settings.endpoint ?? "");
  const wav = toWav(chunk.samples, MIN_REQUEST_AUDIO_MS);
  const asked = JSON.stringify({
    contract: 1,
    language: options.language,
    diarization: requests.diarization ?? true,
    maxSpeakers: settings.maxSpeakers,
    words: true,
    model: settings.model,
  });
  const { body, headers } = formOf([
    { name: "file", value: wav, fileName: "audio.wav", type: "audio/wav" },
    { name: "request", value: asked, type: "application/json" },
  ]);
  const key = settings.apiKey === undefined ? {} : { authorization: `Bearer ${settings.apiKey}` };
  // The server can tell by it that the same audio comes a second time, such as after a lost
  // connection, and need not recognise it twice.
  const requestDigest = createHash("sha256").update(wav).update(asked).digest("hex");
  const untilMs = performance.now() + timeoutOf(chunk, settings);
  const leftMs = (): number => Math.max(1, Math.ceil(untilMs - performance.now()));
  try {
    let reply = await request(url, {
      body,
      headers: { ...headers, ...key, "idempotency-key": requestDigest },
      signal: options.signal,
      timeoutMs: leftMs(),
    });
    for (let requestUrl = url; reply.status === 202;) {
      const statusAddress = reply.headers["location"];
      if (statusAddress !== undefined && URL.canParse(statusAddress, requestUrl.href))
        requestUrl = new URL(statusAddress, requestUrl);
      else if (requestUrl === url)
        return refusal(
          server,
          "rejected",
          "USAGE",
          "HTTP 202 without a Location to look at",
          "docs/engines.md has the contract",
        );
      await sleep(
        Math.min(leftMs(), retryAfter(reply.headers["retry-after"]) ?? POLL_MS),
        undefined,
        { signal: options.signal },
      ).catch(() => options.signal.throwIfAborted());
      // The key must go to this server only.
      reply = await request(requestUrl, {
        method: "GET",
        headers: requestUrl.origin === url.origin ? key : {},
        signal: options.signal,
        timeoutMs: Math.min(leftMs(), ONE_POLL_MS),
      });
      if (reply.status === 202 && leftMs() <= 1)
        return refusal(server, "once", "TIMED_OUT", "not done in time", "raise BYO_ASR_TIMEOUT");
    }
    return reply.status === 200
      ? fromReply(reply, chunk, settings, server)
      : fromFailure(reply, server);
  } catch (error) {
    return fromNetworkError(server, error, options.signal);
  }
}

function fromReply(
  { text }: HttpReply,
  chunk: AudioChunk,
  settings: CustomSettings,
  server: RemoteServer,
): EngineAnswer {
  const heard = readAnswer(Buffer.from(text), chunk, settings.format);
  return typeof heard === "string"
    ? refusal(
        server,
        "rejected",
        "USAGE",
        `it gave ${heard}`,
        "docs/engines.md says what it may give",
      )
    : { heard };
}

/**
 * What the server says of a failure in its answer counts for more than the status of the answer.
 */
function fromFailure(reply: HttpReply, server: RemoteServer): EngineAnswer {
  const answer = fromStatus(server, reply);
  const { retryable } = errorBody(reply.text);
  if (retryable === undefined || answer.refused.kind === "size") return answer;
  const ifFinal = answer.refused.kind === "fatal" ? "fatal" : "rejected";
  return { refused: { ...answer.refused, kind: retryable ? "retry" : ifFinal } };
}
