import { fileDigest } from "../../models/catalogue.ts";
import { SPECIAL } from "../../models/whisper/special-tokens.ts";
import type { Cue } from "../../types.ts";
import {
  inBlocks,
  createSpeechChunker,
  type ChunkerSnapshot,
  type AudioChunk,
} from "../audio/speech-chunker.ts";
import {
  FRAME,
  FRAME_MS,
  loadVoiceActivity,
  VAD_FILE,
  VAD_MODEL,
} from "../audio/voice-activity.ts";
import { toTag } from "../remote/languages.ts";
import type { RequestSettings } from "../settings.ts";
import {
  SAMPLE_RATE,
  type TranscribeOptions,
  type Transcriber,
  type TranscriberOptions,
  type Transcript,
} from "../transcriber.ts";
import {
  type LanguageState,
  type LoadedModels,
  NO_LANGUAGE,
  recogniseChunk,
} from "./chunk-recogniser.ts";
import { toCue } from "./cues.ts";
import { loadMoonshine } from "./moonshine.ts";
import { conclude } from "./conclude.ts";
import { openWhisper } from "./whisper/open.ts";
import { createBias } from "./vocabulary-bias.ts";
import { voicedTime } from "./word-times.ts";

/** It must be raised when a change of settings changes the transcripts of the same models. */
const LOCAL_SETTINGS_VERSION = 3;
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

const PROGRESS_FRAMES = Math.round(1000 / FRAME_MS);

/** Libraries store it: a field must keep its name. */
interface LocalCheckpointState {
  readonly frame: number;
  readonly voicedMs: number;
  readonly pieces: ChunkerSnapshot;
  /** Absent in checkpoints of versions that knew English only. */
  readonly languages?: LanguageState;
}

/**
 * Opens the built-in recogniser: Silero finds the speech, Moonshine tiny recognises English, and
 * where it was pulled Whisper finds the language and recognises the others. Offline, on the CPU.
 */
export async function open({
  models,
  threads = 1,
  requests,
}: Pick<TranscriberOptions, "models" | "threads"> & {
  readonly requests?: Pick<RequestSettings, "terms"> | undefined;
}): Promise<Transcriber> {
  const terms = requests?.terms;
  const [vadFiles, loaded] = await Promise.all([
    models(VAD_MODEL),
    loadModels(models, threads, terms?.terms ?? []),
  ]);
  const activity = await loadVoiceActivity(vadFiles[VAD_FILE] ?? "");
  const { moonshine, whisper } = loaded;
  const id = `${identify(whisper)}${terms ? `+terms.${terms.digest}` : ""}`;
  return {
    id,
    languages: whisper ? WHISPER_TAGS : ["en"],
    transcribe: (audio, options) => transcribe(id, loaded, activity, audio, options),
    close: async () =>
      void (await Promise.all([moonshine.release(), whisper?.model.release(), activity.release()])),
  };
}

const WHISPER_TAGS = SPECIAL.languages.map((code) => toTag(code) ?? code);

function identify(whisper: Awaited<ReturnType<typeof openWhisper>>): string {
  const moonshine = fileDigest(RECOGNISER, "decoder_model_merged.onnx").slice(0, 8);
  if (!whisper) return `${RECOGNISER}-int8@${moonshine}.${LOCAL_SETTINGS_VERSION}`;
  const { name, mark } = whisper;
  const [digest, version] = mark;
  return `${RECOGNISER}-int8.${name}-int8@${moonshine}.${digest}.${LOCAL_SETTINGS_VERSION}.${version}`;
}

async function loadModels(
  models: TranscriberOptions["models"],
  threads: number,
  terms: readonly string[],
): Promise<LoadedModels & { readonly whisper: Awaited<ReturnType<typeof openWhisper>> }> {
  const files = await models(RECOGNISER);
  const { default: llama } = await import("llama-tokenizer-js");
  // One after the other, so that what the one needs to open is free for the other.
  const moonshine = await loadMoonshine(
    {
      encoder: files["encoder_model.onnx"] ?? "",
      decoder: files["decoder_model_merged.onnx"] ?? "",
    },
    threads,
  );
  const whisper = await openWhisper(models, threads);
  // People say a name in the middle of a sentence as well as at its beginning.
  const spellings = [...new Set(terms.flatMap((term) => [term, term.toLowerCase()]))];
  const bias =
    terms.length > 0
      ? createBias(spellings.map((text) => llama.encode(text, false, true)))
      : undefined;
  return { moonshine, whisper, bias, pieceOf: (token) => llama.vocabById[token] ?? "" };
}

async function transcribe(
  id: string,
  models: LoadedModels,
  activity: Awaited<ReturnType<typeof loadVoiceActivity>>,
  audio: AsyncIterable<Float32Array>,
  { language, signal, onProgress, onCues, onCheckpoint, resume = [] }: TranscribeOptions,
): Promise<Transcript> {
  // Another recogniser may have tried in between. Its checkpoints are of no use here.
  const usable = resume.filter(({ recogniser }) => recogniser === id);
  const last = usable.at(-1)?.state as LocalCheckpointState | undefined;
  const cues: Cue[] = usable.flatMap((checkpoint) => checkpoint.cues);
  const heard = { samples: 0 };
  const chunker = createSpeechChunker(activity.start, CUT, last?.pieces);
  let voicedMs = last?.voicedMs ?? 0;
  let languages = last?.languages ?? NO_LANGUAGE;
  let saved = cues.length;
  let savedFrame = last?.frame ?? 0;
  let frame = 0;
  let told = 0;
  const recognise = async (chunk: AudioChunk): Promise<void> => {
    signal.throwIfAborted();
    voicedMs += voicedTime(chunk);
    const result = await recogniseChunk(models, chunk, languages, language, signal);
    languages = result.languages;
    const endMs = Math.floor((heard.samples * 1000) / SAMPLE_RATE);
    const cue = toCue(result.words, cues.at(-1)?.endMs ?? 0, endMs);
    if (cue) cues.push(cue);
    if (cue) onCues?.([cue]);
    onProgress?.(((chunk.startSample + chunk.samples.length) * 1000) / SAMPLE_RATE);
  };
  for await (const samples of inBlocks(countSamples(audio, heard, signal))) {
    frame += samples.length / FRAME;
    for (const chunk of await chunker.push(samples)) await recognise(chunk);
    if (frame - told >= PROGRESS_FRAMES) {
      onProgress?.(Math.round(chunker.reached() * FRAME_MS));
      told = frame;
    }
    if (!onCheckpoint || frame - savedFrame < CHECKPOINT_FRAMES) continue;
    onCheckpoint({
      recogniser: id,
      positionMs: Math.round(frame * FRAME_MS),
      cues: cues.slice(saved),
      state: {
        frame,
        voicedMs,
        pieces: chunker.snapshot(),
        languages,
      } satisfies LocalCheckpointState,
    });
    saved = cues.length;
    savedFrame = frame;
  }
  for (const chunk of chunker.end()) await recognise(chunk);
  return { timing: "word", ...conclude(models, cues, { voicedMs, languages, said: language }) };
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
