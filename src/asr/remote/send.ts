import { type AudioChunk, halve } from "../audio/speech-chunker.ts";
import { MediasearchError } from "../../errors.ts";
import type { RequestSettings } from "../settings.ts";
import { type AskOptions, type Engine, type Recognition, audioLengthMs } from "./engine.ts";
import { countAttempts } from "../../remote/attempts.ts";
import type { RequestFailure } from "../../remote/refusals.ts";

/** Shorter pieces than this are not cut again: what refuses them as too large refuses everything. */
const MIN_SPLIT_MS = 2000;

export interface HeardChunk {
  readonly piece: AudioChunk;
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
export async function sendChunk(
  engine: Engine,
  piece: AudioChunk,
  options: AskOptions,
  retry: RequestSettings,
  known: EngineState,
): Promise<HeardChunk[]> {
  const attempts = countAttempts({ ...retry, signal: options.signal });
  for (;;) {
    options.signal.throwIfAborted();
    const answer = await engine.recognise(piece, options);
    if ("heard" in answer) {
      known.hasWorked = true;
      return [{ piece, heard: answer.heard }];
    }
    const { refused } = answer;
    if (refused.kind === "size" && audioLengthMs(piece) >= 2 * MIN_SPLIT_MS) {
      const [first, second] = halve(piece);
      return [
        ...(await sendChunk(engine, first, options, retry, known)),
        ...(await sendChunk(engine, second, options, retry, known)),
      ];
    }
    await attempts.waitAfter(refused, asError(refused, known));
  }
}

function asError({ kind, error }: RequestFailure, { hasWorked }: EngineState): MediasearchError {
  if (!hasWorked || (kind !== "rejected" && kind !== "size")) return error;
  return new MediasearchError("ENGINE_REFUSED", error.message, { hint: error.hint, cause: error });
}
