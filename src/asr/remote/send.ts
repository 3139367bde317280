import { type AudioChunk, halve } from "../audio/speech-chunker.ts";
import { MediasearchError } from "../../errors.ts";
import type { RequestSettings } from "../settings.ts";
import { type AskOptions, type Engine, type Recognition, audioLengthMs } from "./engine.ts";
import { countAttempts } from "../../remote/attempts.ts";
import type { RequestFailure } from "../../remote/refusals.ts";

/**
 * A chunk shorter than this is not split any more. A server that refuses it as too large refuses
 * everything.
 */
const MIN_SPLIT_MS = 2000;

export interface HeardChunk {
  readonly chunk: AudioChunk;
  readonly heard: Recognition;
}

/** What this process knows of an engine. */
export interface EngineState {
  /**
   * Whether the engine has accepted a chunk. If so, a later rejection is the fault of the chunk.
   */
  hasWorked: boolean;
}

/**
 * Sends one chunk until it is recognised: again alone when the failure may pass, in halves when it
 * is too large.
 * @throws the last refusal's error.
 */
export async function sendChunk(
  engine: Engine,
  chunk: AudioChunk,
  options: AskOptions,
  retry: RequestSettings,
  engineState: EngineState,
): Promise<HeardChunk[]> {
  const attempts = countAttempts({ ...retry, signal: options.signal });
  for (;;) {
    options.signal.throwIfAborted();
    const answer = await engine.recognise(chunk, options);
    if ("heard" in answer) {
      engineState.hasWorked = true;
      return [{ chunk, heard: answer.heard }];
    }
    const { refused } = answer;
    if (refused.kind === "size" && audioLengthMs(chunk) >= 2 * MIN_SPLIT_MS) {
      const [first, second] = halve(chunk);
      return [
        ...(await sendChunk(engine, first, options, retry, engineState)),
        ...(await sendChunk(engine, second, options, retry, engineState)),
      ];
    }
    await attempts.waitAfter(refused, asError(refused, engineState));
  }
}

function asError({ kind, error }: RequestFailure, { hasWorked }: EngineState): MediasearchError {
  if (!hasWorked || (kind !== "rejected" && kind !== "size")) return error;
  return new MediasearchError("ENGINE_REFUSED", error.message, { hint: error.hint, cause: error });
}
