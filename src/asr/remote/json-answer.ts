import type { Cue, Word } from "../../types.ts";
import type { AudioChunk } from "../audio/speech-chunker.ts";
import { FRAME_MS } from "../audio/voice-activity.ts";
import { align } from "./align.ts";
import { type Recognition, audioLengthMs } from "./engine.ts";
import { toTag } from "./languages.ts";

type AnswerObject = Readonly<Record<string, unknown>>;
const toObject = (value: unknown): AnswerObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as AnswerObject)
    : {};
const toObjects = (value: unknown): readonly AnswerObject[] =>
  Array.isArray(value) ? value.map(toObject) : [];
const finiteNumber = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) ? value : null;
const textInOneLine = (value: unknown): string =>
  typeof value === "string" ? value.replace(/\s+/g, " ").trim() : "";
/** Servers write 0 when they know no probability. */
const probability = (value: unknown): number | null =>
  (finiteNumber(value) ?? 0) > 0 && (finiteNumber(value) ?? 2) <= 1 ? finiteNumber(value) : null;
/** The texts that Whisper writes for silence. */
const NO_SPEECH = /^[[(]\s*(?:BLANK_AUDIO|SILENCE|NO SPEECH)\s*[\])]$/i;

export interface AnswerOptions {
  /** Whether word times were asked for. Then their absence must be told. */
  readonly wantsWords: boolean;
}

/**
 * A transcript in one of the JSON shapes in use: `{segments: [{start, end, text, words?,
 * speaker?}], words?}` in seconds (OpenAI's verbose_json and diarized_json, whisper.cpp's server,
 * whisperX), the same with `startMs` and `endMs`, a bare list of such segments, `{transcription:
 * [{offsets: {from, to}, text}]}` in milliseconds (whisper.cpp -oj), or `{text}` without times.
 * @returns why not, when it is none of them.
 */
export function heardFromJson(
  value: unknown,
  chunk: AudioChunk,
  { wantsWords }: AnswerOptions,
): Recognition | string {
  const body = Array.isArray(value) ? { segments: value } : toObject(value);
  const segments = body["segments"] ?? body["transcription"];
  const tooMany = refuseTooMany(segments, body["words"], chunk);
  if (tooMany !== undefined) return tooMany;
  const text = textInOneLine(body["text"]);
  const language = toTag(body["language"] ?? toObject(body["result"])["language"]);
  if (!Array.isArray(segments) || (segments.length === 0 && text !== "")) {
    if (typeof body["text"] !== "string") return "an answer with neither segments nor text";
    const cues = text === "" || NO_SPEECH.test(text) ? [] : [windowCue(chunk, text)];
    return { cues, timing: "window", language, notes: [] };
  }
  const cues = readSegmentCues(segments, readSpokenWords(body["words"]));
  if (typeof cues === "string") return cues;
  const hasWords = cues.every(({ words }) => words !== null);
  const notes =
    wantsWords && !hasWords && cues.length > 0
      ? ["no word times were given; those of the segments are kept"]
      : [];
  return { cues, timing: hasWords ? "word" : "segment", language, notes };
}

/** Nobody says more in a second, counted in the parts of words that some servers give. */
const MAX_PARTS_PER_SECOND = 60;
const MIN_MAX_PARTS = 1000;

/** @returns why not, when more words are given than anybody can say in that time. */
function refuseTooMany(segments: unknown, words: unknown, chunk: AudioChunk): string | undefined {
  const seconds = audioLengthMs(chunk) / 1000;
  const most = Math.max(MIN_MAX_PARTS, MAX_PARTS_PER_SECOND * seconds);
  const countOf = (list: unknown): number => (Array.isArray(list) ? list.length : 0);
  const inside = toObjects(segments).reduce((sum, one) => sum + countOf(one["words"]), 0);
  const given = Math.max(countOf(segments), countOf(words), inside);
  return given > most
    ? `${given} segments or words for ${seconds.toFixed(1)} s of audio`
    : undefined;
}

/**
 * Segments with their own words, or with those of `topWords` that fall between them.
 * @returns why not, when one has no times.
 */
function readSegmentCues(
  segments: readonly unknown[],
  topWords: readonly AnswerWord[],
): Cue[] | string {
  const cues: Cue[] = [];
  const spoken = toObjects(segments)
    .map((segment) => ({
      segment,
      spoken: textInOneLine(segment["text"]),
      times: readTimes(segment),
    }))
    .filter((one) => one.spoken !== "" && !NO_SPEECH.test(one.spoken));
  for (const [i, { segment, spoken: text, times }] of spoken.entries()) {
    if (!times) return "a segment without start and end";
    const fromMs = i === 0 ? -Infinity : times.startMs;
    const toMs = spoken[i + 1]?.times?.startMs ?? Infinity;
    const own = Array.isArray(segment["words"])
      ? readSpokenWords(segment["words"])
      : topWords.filter(({ word }) => isBetween(word, fromMs, toMs));
    cues.push(...cuesOf(segment, text, times, own));
  }
  return cues;
}

/** Makes a cue of text without times: its time is that of the speech in the chunk. */
export function windowCue({ samples, voiced }: AudioChunk, text: string): Cue {
  const first = voiced.findIndex((one) => one >= 0.5);
  const lastVoiced = voiced.findLastIndex((one) => one >= 0.5);
  const endMs = lastVoiced < 0 ? audioLengthMs({ samples }) : (lastVoiced + 1) * FRAME_MS;
  return {
    startMs: Math.max(0, first) * FRAME_MS,
    endMs,
    text,
    speaker: null,
    confidence: null,
    words: null,
  };
}

interface Times {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * Reads `startMs` and `endMs`, or seconds, or the offsets of whisper.cpp. The unit is never guessed
 * from the size of the numbers.
 */
function readTimes(one: AnswerObject): Times | null {
  const offsets = toObject(one["offsets"]);
  const seconds = (value: unknown): number | null =>
    finiteNumber(value) === null ? null : (value as number) * 1000;
  const startMs =
    finiteNumber(one["startMs"]) ?? finiteNumber(offsets["from"]) ?? seconds(one["start"]);
  const endMs = finiteNumber(one["endMs"]) ?? finiteNumber(offsets["to"]) ?? seconds(one["end"]);
  return startMs === null || endMs === null ? null : { startMs, endMs };
}

interface AnswerWord {
  readonly word: Word;
  readonly speaker: string | null;
}

const readSpeaker = (one: AnswerObject): string | null => {
  const speaker =
    typeof one["speaker"] === "number" ? String(one["speaker"]) : textInOneLine(one["speaker"]);
  return speaker === "" || speaker === "?" ? null : speaker;
};

/**
 * Words with times. Where pieces begin with spaces they may be parts of words (whisper.cpp's
 * tokens): one begins with each space.
 */
function readSpokenWords(value: unknown): AnswerWord[] {
  const raw = toObjects(value).flatMap((one) => {
    const times = readTimes(one);
    const text = [one["word"], one["text"]].find((value) => typeof value === "string") ?? "";
    return times && text.trim() !== "" && times.endMs >= times.startMs
      ? [
          {
            text,
            ...times,
            confidence: probability(one["probability"] ?? one["score"] ?? one["confidence"]),
            speaker: readSpeaker(one),
          },
        ]
      : [];
  });
  const arePieces = raw.some(({ text }) => text.startsWith(" "));
  const words: {
    word: { text: string; startMs: number; endMs: number; confidence: number | null };
    speaker: string | null;
  }[] = [];
  for (const { speaker, ...token } of raw) {
    const lastWord = words.at(-1);
    if (arePieces && lastWord && !token.text.startsWith(" ")) {
      lastWord.word.text += token.text.trimEnd();
      lastWord.word.endMs = Math.max(lastWord.word.endMs, token.endMs);
      // A word is as sure as the least sure of its parts.
      lastWord.word.confidence =
        lastWord.word.confidence === null || token.confidence === null
          ? null
          : Math.min(lastWord.word.confidence, token.confidence);
    } else words.push({ word: { ...token, text: token.text.trim() }, speaker });
  }
  return words;
}

/** OpenAI's answers have the words beside the segments, not in them. */
const isBetween = ({ startMs, endMs }: Word, fromMs: number, toMs: number): boolean =>
  (startMs + endMs) / 2 >= fromMs && (startMs + endMs) / 2 < toMs;

/** Makes one cue, or one for each run of words of one speaker. */
function cuesOf(
  segment: AnswerObject,
  text: string,
  times: Times,
  spoken: readonly AnswerWord[],
): Cue[] {
  const speaker = readSpeaker(segment);
  const runs: AnswerWord[][] = [];
  for (const one of spoken) {
    const lastRun = runs.at(-1);
    if (lastRun && lastRun[0]?.speaker === one.speaker) lastRun.push(one);
    else runs.push([one]);
  }
  const logprob = finiteNumber(segment["avg_logprob"]);
  const stated =
    probability(segment["confidence"]) ??
    (logprob === null ? null : probability(Math.min(1, Math.exp(logprob))));
  const confidenceOf = (words: readonly Word[]): number | null => {
    const known = words.flatMap(({ confidence }) => (confidence === null ? [] : [confidence]));
    return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : stated;
  };
  if (runs.length > 1)
    return runs.map((run) => {
      const words = run.map(({ word }) => word);
      return {
        startMs: words[0]?.startMs ?? 0,
        endMs: words.at(-1)?.endMs ?? 0,
        text: words.map((word) => word.text).join(" "),
        speaker: run[0]?.speaker ?? speaker,
        confidence: confidenceOf(words),
        words,
      };
    });
  const words =
    spoken.length > 0
      ? align(
          text,
          spoken.map(({ word }) => word),
        )
      : null;
  // Segments often reach into the silence behind them, so the times of words count for more.
  const inside = words
    ? { startMs: words[0]?.startMs ?? 0, endMs: words.at(-1)?.endMs ?? 0 }
    : times;
  return [
    {
      ...inside,
      text,
      speaker: runs[0]?.[0]?.speaker ?? speaker,
      confidence: confidenceOf(words ?? []),
      words,
    },
  ];
}
