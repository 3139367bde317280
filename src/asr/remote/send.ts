import { setTimeout as sleep } from "node:timers/promises";
import { type SpeechPiece, halve } from "../audio/speech-pieces.ts";
import { MediasearchError } from "../../errors.ts";
import type { RequestSettings } from "../settings.ts";
import { type AskOptions, type Engine, type Recognition, lengthMs } from "./engine.ts";
import type { RequestFailure } from "../../remote/refusals.ts";

/** Shorter pieces than this are not cut again: what refuses them as too large refuses everything. */
const MIN_MS = 2000;
/** A server that wants to be left alone for longer is given up. */
const MAX_WAIT_MS = 10 * 60_000;

export interface HeardPiece {
  readonly piece: SpeechPiece;
  readonly heard: Recognition;
}

/** What is known of an engine in this process. */
export interface EngineState {
  /** It has taken a piece: what it rejects now is the piece's fault. */
  hasWorked: boolean;
}

/**
 * One piece, until it is heard: tried again alone when the failure may pass, in halves when it is too large.
 * @throws the last refusal's error.
 */
export async function send(
  engine: Engine,
  piece: SpeechPiece,
  options: AskOptions,
  retry: RequestSettings,
  known: EngineState,
): Promise<HeardPiece[]> {
  let seldom = 0;
  for (let attempt = 1; ; attempt++) {
    options.signal.throwIfAborted();
    const answer = await engine.recognise(piece, options);
    if ("heard" in answer) {
      known.hasWorked = true;
      return [{ piece, heard: answer.heard }];
    }
    const { refused } = answer;
    if (refused.kind === "size" && lengthMs(piece) >= 2 * MIN_MS) {
      const [first, second] = halve(piece);
      return [
        ...(await send(engine, first, options, retry, known)),
        ...(await send(engine, second, options, retry, known)),
      ];
    }
    const mayPass = refused.kind === "retry" || (refused.kind === "once" && ++seldom === 1);
    if (!mayPass || attempt >= retry.attempts) throw asError(refused, known);
    const waitMs = refused.retryAfterMs ?? jitter(attempt, retry);
    if (waitMs > MAX_WAIT_MS) throw asError(refused, known);
    await sleep(waitMs, undefined, { signal: options.signal }).catch(() =>
      options.signal.throwIfAborted(),
    );
  }
}

/** Full jitter, as in pipeline/retry.ts. */
const jitter = (attempt: number, { baseDelayMs, maxDelayMs }: RequestSettings): number =>
  Math.floor(Math.random() * Math.min(maxDelayMs, baseDelayMs * 2 ** attempt));

function asError({ kind, error }: RequestFailure, { hasWorked }: EngineState): MediasearchError {
  if (!hasWorked || (kind !== "rejected" && kind !== "size")) return error;
  return new MediasearchError("ENGINE_REFUSED", error.message, { hint: error.hint, cause: error });
}
