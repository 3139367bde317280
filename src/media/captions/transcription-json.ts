import { MediasearchError } from "../../errors.ts";
import type { Word } from "../../types.ts";
import { plain } from "./markup.ts";
import { parseLanguageTag } from "./names.ts";
import { MAX_CUE_TIME_MS, type RawCue } from "./raw-cue.ts";

type CaptionObject = Readonly<Record<string, unknown>>;
const toObject = (value: unknown): CaptionObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as CaptionObject)
    : {};
const array = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const finiteNumber = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) ? value : null;
const stringOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null);
const milliseconds = (seconds: unknown): number | null => {
  const value = finiteNumber(seconds);
  return value === null || value < 0 || value * 1000 > MAX_CUE_TIME_MS
    ? null
    : Math.round(value * 1000);
};

/**
 * Parses `NAME.transcription.json` of media-transcription: `{transcription: {language,
 * duration_seconds, segments: [{start, end, text, avg_logprob, words}]}}`, with times in seconds.
 */
export function parseTranscriptionJson(text: string): {
  readonly cues: RawCue[];
  readonly language: string | null;
  readonly durationMs: number | null;
} {
  const transcription = toObject(toObject(parseJson(text))["transcription"]);
  if (!Array.isArray(transcription["segments"]))
    throw new MediasearchError(
      "UNREADABLE_MEDIA",
      "no captions could be read: the JSON has no transcription.segments",
    );
  const segments = transcription["segments"].map(toObject);
  if (
    segments.length > 0 &&
    !segments.some(
      (segment) =>
        milliseconds(segment["start"]) !== null && stringOrNull(segment["text"]) !== null,
    )
  )
    throw new MediasearchError(
      "UNREADABLE_MEDIA",
      "no captions could be read: no segment of the JSON has a start in seconds and a text",
    );
  return {
    cues: segments.flatMap(readCue),
    language: parseLanguageTag(stringOrNull(transcription["language"]) ?? ""),
    durationMs: milliseconds(transcription["duration_seconds"]),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MediasearchError("UNREADABLE_MEDIA", "no captions could be read: not valid JSON", {
      cause,
    });
  }
}

function readCue(segment: CaptionObject): RawCue[] {
  const startMs = milliseconds(segment["start"]);
  const endMs = milliseconds(segment["end"]);
  const text = plain(stringOrNull(segment["text"]) ?? "");
  if (startMs === null || endMs === null || !text) return [];
  const words = array(segment["words"]).flatMap((word) => readWord(toObject(word)));
  // Words that do not add up to the text would change it.
  const isWhole =
    words
      .map((word) => word.text)
      .join("")
      .replace(/\s/g, "") === text.replace(/\s/g, "");
  return [
    {
      startMs,
      endMs,
      lines: [{ text, speaker: plain(stringOrNull(segment["speaker"]) ?? "") || undefined }],
      confidence: confidenceOf(words, finiteNumber(segment["avg_logprob"])),
      words: isWhole && words.length > 0 ? words : null,
    },
  ];
}

/** The mean of the words' confidence, else the probability that the recogniser gave the segment. */
function confidenceOf(words: readonly Word[], logprob: number | null): number | null {
  const given = words.flatMap(({ confidence }) => (confidence === null ? [] : [confidence]));
  if (given.length > 0) return given.reduce((sum, value) => sum + value, 0) / given.length;
  return logprob === null ? null : Math.min(1, Math.exp(logprob));
}

function readWord(word: CaptionObject): Word[] {
  const startMs = milliseconds(word["start"]);
  const endMs = milliseconds(word["end"]);
  const text = plain(stringOrNull(word["word"]) ?? "");
  const probability = finiteNumber(word["probability"]);
  if (startMs === null || endMs === null || text === "") return [];
  return [
    {
      text,
      startMs,
      endMs: Math.max(startMs, endMs),
      confidence: probability !== null && probability >= 0 && probability <= 1 ? probability : null,
    },
  ];
}
