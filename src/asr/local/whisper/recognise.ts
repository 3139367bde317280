import { deflateSync } from "node:zlib";
import type { Word } from "../../../types.ts";
import type { AudioChunk } from "../../audio/speech-chunker.ts";
import { FRAME, FRAME_MS } from "../../audio/voice-activity.ts";
import { SAMPLE_RATE } from "../../transcriber.ts";
import { voicedTime } from "../word-times.ts";
import { tokenStarts } from "./align.ts";
import {
  type Beginning,
  type Encoding,
  freeEncoding,
  PROMPT_LENGTH,
  SILENCE_SECONDS,
  type Whisper,
  type WhisperText,
} from "./model.ts";
import { groupTokens, textOf, type Vocabulary } from "./vocabulary.ts";

/** A chunk as Whisper heard it before it was told the language. */
export interface HeardChunk {
  readonly chunk: AudioChunk;
  readonly encoding: Encoding;
  readonly beginning: Beginning;
}

/** The length of one position of the encoder. */
const POSITION_MS = 20;
/** Text that deflate makes smaller than by this says the same over and over. */
const MAX_COMPRESSION = 2.4;
/** Nobody speaks if the decoder says so and is unsure of its words. The authors' own limits. */
const MIN_NO_SPEECH = 0.6;
const MIN_MEAN_LOG = -1;
/** So much speech after the last word was not written down: the decoder ended early. */
const MIN_LEFT_MS = 1000;
const MAX_CONTINUATIONS = 4;

export async function hearChunk(whisper: Whisper, chunk: AudioChunk): Promise<HeardChunk> {
  const encoding = await whisper.encode(chunk.samples);
  return { chunk, encoding, beginning: await whisper.begin(encoding) };
}

/**
 * The words of a chunk in a language, timed by the attention to the audio. Where Whisper ends
 * before the speech does, it is asked again from there.
 */
export async function writeDown(
  whisper: Whisper,
  vocabulary: Vocabulary,
  heard: HeardChunk,
  language: string,
  signal: AbortSignal,
): Promise<Word[]> {
  const words: Word[] = [];
  let rest = heard;
  for (let count = 0; ; count++) {
    const text = await decodeOnce(whisper, vocabulary, rest, language, signal);
    const found = toWords(text, rest, vocabulary, language);
    words.push(...found);
    if (rest !== heard) freeEncoding(rest.encoding);
    const next = unwritten(rest.chunk, found.at(-1)?.endMs);
    if (next === null || count === MAX_CONTINUATIONS) return words;
    rest = await hearChunk(whisper, next);
  }
}

/** Decodes, and where that gives a loop once more with more silence. */
async function decodeOnce(
  whisper: Whisper,
  vocabulary: Vocabulary,
  { chunk, encoding, beginning }: HeardChunk,
  language: string,
  signal: AbortSignal,
): Promise<WhisperText> {
  const text = await whisper.decode(encoding, beginning, language, signal);
  if (isSilence(text, beginning)) return { ...text, tokens: [], probabilities: [] };
  if (!isLooping(text, vocabulary)) return text;
  const padded = await whisper.encode(chunk.samples, 2 * SILENCE_SECONDS);
  const again = await whisper.decode(padded, await whisper.begin(padded), language, signal);
  freeEncoding(padded);
  if (!isLooping(again, vocabulary)) return again;
  return { ...text, isLoop: true };
}

function isSilence({ probabilities }: WhisperText, { noSpeech }: Beginning): boolean {
  const sum = probabilities.reduce((total, one) => total + Math.log(one), 0);
  return noSpeech > MIN_NO_SPEECH && sum / Math.max(1, probabilities.length) < MIN_MEAN_LOG;
}

function isLooping({ tokens, isLoop }: WhisperText, vocabulary: Vocabulary): boolean {
  const bytes = Buffer.from(textOf(tokens, vocabulary));
  return isLoop || bytes.length / deflateSync(bytes).length > MAX_COMPRESSION;
}

function toWords(
  { tokens, probabilities, attention }: WhisperText,
  { chunk: { startSample, samples } }: HeardChunk,
  vocabulary: Vocabulary,
  language: string,
): Word[] {
  if (tokens.length === 0) return [];
  const offsetMs = (startSample * 1000) / SAMPLE_RATE;
  const lengthMs = (samples.length * 1000) / SAMPLE_RATE;
  const starts = tokenStarts(attention, PROMPT_LENGTH - 1, Math.ceil(lengthMs / POSITION_MS));
  const timeOf = (token: number): number =>
    Math.round(offsetMs + Math.min(lengthMs, (starts[token] ?? 0) * POSITION_MS));
  return groupTokens(tokens, vocabulary, language).map(({ text, first, end }) => ({
    text,
    startMs: timeOf(first),
    endMs: Math.max(timeOf(first), timeOf(end)),
    confidence: probabilities.slice(first, end).reduce((sum, one) => sum + one, 0) / (end - first),
  }));
}

/** What is left of the chunk from the time on; null when hardly anybody speaks there. */
function unwritten(
  { startSample, samples, voiced }: AudioChunk,
  fromMs: number | undefined,
): AudioChunk | null {
  if (fromMs === undefined) return null;
  const frame = Math.ceil((fromMs - (startSample * 1000) / SAMPLE_RATE) / FRAME_MS);
  const rest = {
    startSample: startSample + frame * FRAME,
    samples: samples.subarray(frame * FRAME),
    voiced: voiced.slice(frame),
  };
  return frame > 0 && voicedTime(rest) >= MIN_LEFT_MS ? rest : null;
}
