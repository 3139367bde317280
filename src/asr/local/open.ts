import { fileDigest } from "../../models/catalogue.ts";
import type { Cue } from "../../types.ts";
import { SAMPLE_RATE, type Transcriber, type TranscriberOptions } from "../transcriber.ts";
import { loadMoonshine } from "./moonshine.ts";
import { judge } from "./plausibility.ts";
import { type SpeechPiece, speechPieces } from "./speech-pieces.ts";
import { tokenWords } from "./token-words.ts";
import { loadVoiceActivity } from "./voice-activity.ts";
import { timeWords, voicedTime } from "./word-times.ts";

/** Raised when settings change what comes out of the same models. */
const SETTINGS_VERSION = 1;
const RECOGNISER = "moonshine-tiny";
const VAD = "silero-vad";

/** Silero voice activity, then Moonshine tiny: English, offline, on the CPU. */
export async function open({ models, threads = 1 }: TranscriberOptions): Promise<Transcriber> {
  const [recogniserFiles, vadFiles] = await Promise.all([models(RECOGNISER), models(VAD)]);
  const [moonshine, activity, { default: llama }] = await Promise.all([
    loadMoonshine({ encoder: recogniserFiles["encoder_model.onnx"] ?? "", decoder: recogniserFiles["decoder_model_merged.onnx"] ?? "" }, threads),
    loadVoiceActivity(vadFiles["silero_vad_v6.onnx"] ?? ""),
    import("llama-tokenizer-js"),
  ]);
  const pieceOf = (token: number): string => llama.vocabById[token] ?? "";
  const digest = fileDigest(RECOGNISER, "decoder_model_merged.onnx").slice(0, 8);
  return {
    id: `${RECOGNISER}-int8@${digest}.${SETTINGS_VERSION}`,
    languages: ["en"],
    async transcribe(audio, { language, signal, onProgress }) {
      const cues: Cue[] = [];
      const heard = { samples: 0 };
      let voicedMs = 0;
      for await (const piece of speechPieces(counted(audio, heard, signal), activity.start())) {
        signal.throwIfAborted();
        voicedMs += voicedTime(piece);
        const { tokens, probabilities } = await moonshine.decode(piece.samples);
        const cue = cueOf(tokenWords(tokens, probabilities, pieceOf), piece, heard.samples);
        if (cue) cues.push(cue);
        onProgress?.((piece.startSample * 1000) / SAMPLE_RATE);
      }
      return { cues, ...judge(cues, voicedMs, language) };
    },
    close: async () => void (await Promise.all([moonshine.release(), activity.release()])),
  };
}

async function* counted(audio: AsyncIterable<Float32Array>, heard: { samples: number }, signal: AbortSignal): AsyncIterable<Float32Array> {
  for await (const chunk of audio) {
    signal.throwIfAborted();
    heard.samples += chunk.length;
    yield chunk;
  }
}

function cueOf(spoken: Parameters<typeof timeWords>[0], piece: SpeechPiece, totalSamples: number): Cue | null {
  if (spoken.length === 0) return null;
  const endMs = Math.floor((totalSamples * 1000) / SAMPLE_RATE);
  const words = timeWords(spoken, piece).map((word) => ({ ...word, startMs: Math.min(word.startMs, endMs), endMs: Math.min(word.endMs, endMs) }));
  return {
    startMs: words[0]?.startMs ?? 0,
    endMs: words.at(-1)?.endMs ?? 0,
    text: words.map(({ text }) => text).join(" "),
    speaker: null,
    confidence: words.reduce((sum, { confidence }) => sum + (confidence ?? 0), 0) / words.length,
    words,
  };
}
