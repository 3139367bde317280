import {
  inBlocks,
  createSpeechChunker,
  type ChunkerSnapshot,
  type AudioChunk,
} from "../audio/speech-chunker.ts";
import { FRAME, FRAME_MS, type loadVoiceActivity } from "../audio/voice-activity.ts";
import type { Checkpoint, Transcriber } from "../transcriber.ts";
import { SAMPLE_RATE } from "../transcriber.ts";
import type { RequestSettings } from "../settings.ts";
import type { Engine } from "./engine.ts";
import { createChunkJoiner, type JoinSnapshot } from "./join.ts";
import { type EngineState, type HeardChunk, sendChunk } from "./send.ts";

const CHECKPOINT_FRAMES = Math.round(30_000 / FRAME_MS);
/**
 * Speech with no more silence than this between goes into one request, because every request costs
 * and servers pad short audio.
 */
const JOINED_GAP_MS = 5000;
/** A server may work on a chunk for longer than a file may go without progress. */
const HEARTBEAT_MS = 2000;

/** Libraries store it: a field must keep its name. */
interface RemoteCheckpointState {
  readonly frame: number;
  readonly pieces: ChunkerSnapshot;
  readonly join: JoinSnapshot;
}

/**
 * In the order of the audio: requests, and checkpoints, which are reported once all requests before
 * them are answered.
 */
type QueueEntry =
  | {
      readonly type: "request";
      readonly answer: Promise<HeardChunk[]>;
      state: "under way" | "heard" | "failed";
    }
  | { readonly type: "checkpoint"; readonly frame: number; readonly pieces: ChunkerSnapshot };

/**
 * Makes a Transcriber of an Engine: it cuts the audio at pauses, sends the chunks with bounded
 * concurrency, sends a failed chunk again alone, joins the answers and reports checkpoints.
 */
export function openRemote(
  engine: Engine,
  activity: Awaited<ReturnType<typeof loadVoiceActivity>>,
  retry: RequestSettings,
): Transcriber {
  const engineState: EngineState = { hasWorked: false };
  const cut = {
    mostMs: engine.longestMs,
    joinedGapMs: Math.min(JOINED_GAP_MS, engine.longestMs / 4),
    earliestCutMs: engine.longestMs / 3,
  };
  return {
    id: engine.id,
    languages: engine.languages,
    async transcribe(audio, { language, signal, onProgress, onCheckpoint, resume = [] }) {
      // Another recogniser may have tried in between. Its checkpoints are of no use here.
      const usable = resume.filter(({ recogniser }) => recogniser === engine.id);
      const lastCheckpoint = usable.at(-1)?.state as RemoteCheckpointState | undefined;
      const joiner = createChunkJoiner(
        usable.flatMap(({ cues }) => cues),
        lastCheckpoint?.join,
      );
      const chunker = createSpeechChunker(activity.start, cut, lastCheckpoint?.pieces);
      const stop = new AbortController();
      const options = { language, signal: AbortSignal.any([signal, stop.signal]) };
      const waiting: QueueEntry[] = [];
      const heard = { samples: 0 };
      let frame = 0;
      let savedFrame = lastCheckpoint?.frame ?? 0;
      const positionMs = (): number => Math.round(frame * FRAME_MS);
      const beat = setInterval(() => onProgress?.(positionMs()), HEARTBEAT_MS);
      const ask = async (chunk: AudioChunk): Promise<void> => {
        await drain(engine.concurrency - 1);
        waiting.push(watchAnswer(sendChunk(engine, chunk, options, retry, engineState)));
      };
      /** Takes up answers in order, until at most this number of requests are under way. */
      const drain = async (maxUnderWay: number): Promise<void> => {
        const failed = waiting.find(
          (entry) => entry.type === "request" && entry.state === "failed",
        );
        if (failed?.type === "request") await failed.answer;
        while (waiting[0]) {
          const [first] = waiting;
          const requests = waiting.filter(({ type }) => type === "request").length;
          if (first.type === "checkpoint") onCheckpoint?.(saved(first, joiner, engine.id));
          else if (first.state === "under way" && requests <= maxUnderWay) return;
          else joiner.add(await first.answer, (heard.samples * 1000) / SAMPLE_RATE);
          waiting.shift();
        }
      };
      try {
        for await (const samples of inBlocks(countSamples(audio, heard, signal))) {
          frame += samples.length / FRAME;
          for (const chunk of await chunker.push(samples)) await ask(chunk);
          if (!onCheckpoint || frame - savedFrame < CHECKPOINT_FRAMES) continue;
          waiting.push({ type: "checkpoint", frame, pieces: chunker.snapshot() });
          savedFrame = frame;
          await drain(engine.concurrency);
        }
        for (const chunk of chunker.end()) await ask(chunk);
        await drain(0);
        return joiner.result(language);
      } finally {
        clearInterval(beat);
        stop.abort(new Error("another chunk of the file failed"));
      }
    },
    ...(engine.stop ? { stop: engine.stop } : {}),
    close: async () => void (await Promise.all([engine.close(), activity.release()])),
  };
}

/** A request with its state, so that a failed one is found before those in front of it are done. */
function watchAnswer(answer: Promise<HeardChunk[]>): Extract<QueueEntry, { type: "request" }> {
  const request: Extract<QueueEntry, { type: "request" }> = {
    type: "request",
    answer,
    state: "under way",
  };
  answer.then(
    () => {
      request.state = "heard";
    },
    () => {
      request.state = "failed";
    },
  );
  return request;
}

const saved = (
  { frame, pieces }: Extract<QueueEntry, { type: "checkpoint" }>,
  joiner: ReturnType<typeof createChunkJoiner>,
  recogniser: string,
): Checkpoint => ({
  recogniser,
  positionMs: Math.round(frame * FRAME_MS),
  cues: joiner.sinceLast(),
  state: { frame, pieces, join: joiner.snapshot() } satisfies RemoteCheckpointState,
});

async function* countSamples(
  audio: AsyncIterable<Float32Array>,
  heard: { samples: number },
  signal: AbortSignal,
): AsyncIterable<Float32Array> {
  for await (const chunk of audio) {
    signal.throwIfAborted();
    heard.samples += chunk.length;
    yield chunk;
  }
}
