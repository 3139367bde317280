import { fileDigest } from "../../models/catalogue.ts";
import type { Cue } from "../../types.ts";
import {
  inFrames,
  createSpeechChunker,
  type ChunkerSnapshot,
  type AudioChunk,
} from "../audio/speech-chunker.ts";
import { FRAME_MS, loadVoiceActivity, VAD_FILE, VAD_MODEL } from "../audio/voice-activity.ts";
import { SAMPLE_RATE, type Transcriber, type TranscriberOptions } from "../transcriber.ts";
import { loadMoonshine } from "./moonshine.ts";
import { classifyTranscript } from "./plausibility.ts";
import { tokenWords } from "./token-words.ts";
import { timeWords, voicedTime } from "./word-times.ts";

/** It must be raised when a change of settings changes the transcripts of the same models. */
const LOCAL_SETTINGS_VERSION = 1;
const RECOGNISER = "moonshine-tiny";
/**
 * A chunk has at most 15 s, with 0.2 s around it, and joins speech over less than 1.5 s of silence.
 * Of the settings that were measured these gave the least errors.
 */
const CUT = { mostMs: 15_000, joinedGapMs: 1500, earliestCutMs: 5000 } as const;
/**
 * A checkpoint is made every half minute. With the longest chunk, less than one minute of audio is
 * ever recognised twice.
 */
const CHECKPOINT_FRAMES = Math.round(30_000 / FRAME_MS);

/** Libraries store it: a field must keep its name. */
interface LocalCheckpointState {
  readonly frame: number;
  readonly voicedMs: number;
  readonly pieces: ChunkerSnapshot;
}

/**
 * Opens the built-in recogniser: Silero finds the speech and Moonshine tiny recognises it, in
 * English, offline, on the CPU.
 */
export async function open({
  models,
  threads = 1,
}: Pick<TranscriberOptions, "models" | "threads">): Promise<Transcriber> {
  const [recogniserFiles, vadFiles] = await Promise.all([models(RECOGNISER), models(VAD_MODEL)]);
  const [moonshine, activity, { default: llama }] = await Promise.all([
    loadMoonshine(
      {
        encoder: recogniserFiles["encoder_model.onnx"] ?? "",
        decoder: recogniserFiles["decoder_model_merged.onnx"] ?? "",
      },
      threads,
    ),
    loadVoiceActivity(vadFiles[VAD_FILE] ?? ""),
    import("llama-tokenizer-js"),
  ]);
  const pieceOf = (token: number): string => llama.vocabById[token] ?? "";
  const id = `${RECOGNISER}-int8@${fileDigest(RECOGNISER, "decoder_model_merged.onnx").slice(0, 8)}.${LOCAL_SETTINGS_VERSION}`;
  return {
    id,
    languages: ["en"],
    async transcribe(audio, { language, signal, onProgress, onCheckpoint, resume = [] }) {
      // Another recogniser may have tried in between. Its checkpoints are of no use here.
      const usable = resume.filter(({ recogniser }) => recogniser === id);
      const last = usable.at(-1)?.state as LocalCheckpointState | undefined;
      const cues: Cue[] = usable.flatMap((checkpoint) => checkpoint.cues);
      const heard = { samples: 0 };
      const chunker = createSpeechChunker(activity.start, CUT, last?.pieces);
      let voicedMs = last?.voicedMs ?? 0;
      let saved = cues.length;
      let savedFrame = last?.frame ?? 0;
      let frame = 0;
      const recognise = async (piece: AudioChunk): Promise<void> => {
        signal.throwIfAborted();
        voicedMs += voicedTime(piece);
        const { tokens, probabilities } = await moonshine.decode(piece.samples);
        const cue = toCue(tokenWords(tokens, probabilities, pieceOf), piece, heard.samples);
        if (cue) cues.push(cue);
        onProgress?.((piece.startSample * 1000) / SAMPLE_RATE);
      };
      for await (const samples of inFrames(countSamples(audio, heard, signal))) {
        frame++;
        for (const piece of await chunker.push(samples)) await recognise(piece);
        if (!onCheckpoint || frame - savedFrame < CHECKPOINT_FRAMES) continue;
        onCheckpoint({
          recogniser: id,
          positionMs: Math.round(frame * FRAME_MS),
          cues: cues.slice(saved),
          state: { frame, voicedMs, pieces: chunker.snapshot() } satisfies LocalCheckpointState,
        });
        saved = cues.length;
        savedFrame = frame;
      }
      for (const piece of chunker.end()) await recognise(piece);
      return { cues, timing: "word", ...classifyTranscript(cues, voicedMs, language) };
    },
    close: async () => void (await Promise.all([moonshine.release(), activity.release()])),
  };
}

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

function toCue(
  spoken: Parameters<typeof timeWords>[0],
  piece: AudioChunk,
  totalSamples: number,
): Cue | null {
  if (spoken.length === 0) return null;
  const endMs = Math.floor((totalSamples * 1000) / SAMPLE_RATE);
  const words = timeWords(spoken, piece).map((word) => ({
    ...word,
    startMs: Math.min(word.startMs, endMs),
    endMs: Math.min(word.endMs, endMs),
  }));
  return {
    startMs: words[0]?.startMs ?? 0,
    endMs: words.at(-1)?.endMs ?? 0,
    text: words.map(({ text }) => text).join(" "),
    speaker: null,
    confidence: words.reduce((sum, { confidence }) => sum + (confidence ?? 0), 0) / words.length,
    words,
  };
}
