import {
  inFrames,
  createSpeechChunker,
  type ChunkerSnapshot,
  type AudioChunk,
} from "../audio/speech-chunker.ts";
import { FRAME_MS, type loadVoiceActivity } from "../audio/voice-activity.ts";
import type { Checkpoint, Transcriber } from "../transcriber.ts";
import { SAMPLE_RATE } from "../transcriber.ts";
import type { RequestSettings } from "../settings.ts";
import type { Engine } from "./engine.ts";
import { createChunkJoiner, type JoinSnapshot } from "./join.ts";
import { type EngineState, type HeardChunk, send } from "./send.ts";

const CHECKPOINT_FRAMES = Math.round(30_000 / FRAME_MS);
/** Silence up to this goes along: every request costs, and servers pad what is short. */
const JOINED_GAP_MS = 5000;
/** A server may work on a piece for longer than a file may go without progress. */
const HEARTBEAT_MS = 2000;

interface SavedState {
  readonly frame: number;
  readonly pieces: ChunkerSnapshot;
  readonly mergeChunks: JoinSnapshot;
}

/** In the order of the audio: requests, and places to go on from once all before them are answered. */
type Waiting =
  | {
      readonly type: "piece";
      readonly answer: Promise<HeardChunk[]>;
      state: "under way" | "heard" | "failed";
    }
  | { readonly type: "checkpoint"; readonly frame: number; readonly pieces: ChunkerSnapshot };

/** A Transcriber out of an Engine: cuts at pauses, asks with bounded concurrency, tries failed pieces again alone, joins, makes checkpoints. */
export function openRemote(
  engine: Engine,
  activity: Awaited<ReturnType<typeof loadVoiceActivity>>,
  retry: RequestSettings,
): Transcriber {
  const known: EngineState = { hasWorked: false };
  const cut = {
    mostMs: engine.longestMs,
    joinedGapMs: Math.min(JOINED_GAP_MS, engine.longestMs / 4),
    earliestCutMs: engine.longestMs / 3,
  };
  return {
    id: engine.id,
    languages: engine.languages,
    async transcribe(audio, { language, signal, onProgress, onCheckpoint, resume = [] }) {
      // Another recogniser may have tried in between; its checkpoints say nothing here.
      const usable = resume.filter(({ recogniser }) => recogniser === engine.id);
      const last = usable.at(-1)?.state as SavedState | undefined;
      const mergeChunks = createChunkJoiner(
        usable.flatMap(({ cues }) => cues),
        last?.mergeChunks,
      );
      const pieces = createSpeechChunker(activity.start, cut, last?.pieces);
      const stop = new AbortController();
      const options = { language, signal: AbortSignal.any([signal, stop.signal]) };
      const waiting: Waiting[] = [];
      const heard = { samples: 0 };
      let frame = 0;
      let savedFrame = last?.frame ?? 0;
      const positionMs = (): number => Math.round(frame * FRAME_MS);
      const beat = setInterval(() => onProgress?.(positionMs()), HEARTBEAT_MS);
      const ask = async (piece: AudioChunk): Promise<void> => {
        await drain(engine.concurrency - 1);
        const entry: Waiting = {
          type: "piece",
          answer: send(engine, piece, options, retry, known),
          state: "under way",
        };
        entry.answer.then(
          () => {
            entry.state = "heard";
          },
          () => {
            entry.state = "failed";
          },
        );
        waiting.push(entry);
      };
      /** Takes up answers in order, until at most so many are under way. */
      const drain = async (most: number): Promise<void> => {
        const failed = waiting.find((one) => one.type === "piece" && one.state === "failed");
        if (failed?.type === "piece") await failed.answer;
        while (waiting[0]) {
          const [first] = waiting;
          if (first.type === "checkpoint") onCheckpoint?.(saved(first, mergeChunks, engine.id));
          else if (
            first.state === "under way" &&
            waiting.filter(({ type }) => type === "piece").length <= most
          )
            return;
          else mergeChunks.add(await first.answer, (heard.samples * 1000) / SAMPLE_RATE);
          waiting.shift();
        }
      };
      try {
        for await (const samples of inFrames(counted(audio, heard, signal))) {
          frame++;
          for (const piece of await pieces.push(samples)) await ask(piece);
          if (!onCheckpoint || frame - savedFrame < CHECKPOINT_FRAMES) continue;
          waiting.push({ type: "checkpoint", frame, pieces: pieces.snapshot() });
          savedFrame = frame;
          await drain(engine.concurrency);
        }
        for (const piece of pieces.end()) await ask(piece);
        await drain(0);
        return mergeChunks.result(language);
      } finally {
        clearInterval(beat);
        stop.abort(new Error("another piece of the file failed"));
      }
    },
    ...(engine.stop ? { stop: engine.stop } : {}),
    close: async () => void (await Promise.all([engine.close(), activity.release()])),
  };
}

const saved = (
  { frame, pieces }: Extract<Waiting, { type: "checkpoint" }>,
  mergeChunks: ReturnType<typeof createChunkJoiner>,
  recogniser: string,
): Checkpoint => ({
  recogniser,
  positionMs: Math.round(frame * FRAME_MS),
  cues: mergeChunks.sinceLast(),
  state: { frame, pieces, mergeChunks: mergeChunks.snapshot() } satisfies SavedState,
});

async function* counted(
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
