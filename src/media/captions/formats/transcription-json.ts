import type { Word } from "../../../types.ts";
import type { CaptionFormatSpec } from "../caption-format.ts";
import {
  toCue,
  type Json,
  number,
  object,
  objects,
  parseJson,
  seconds,
  string,
  unreadable,
  toWord,
} from "../json.ts";
import type { RawCaptions, RawCue } from "../raw-cue.ts";

export const TRANSCRIPTION_JSON: CaptionFormatSpec = {
  name: "transcription-json",
  title: "media-transcription",
  specification: "https://github.com/openai/whisper/blob/main/whisper/transcribe.py",
  endings: [".transcription.json"],
  mayBeEmpty: true,
  read: parseTranscriptionJson,
};

/**
 * Parses `NAME.transcription.json` of media-transcription: `{transcription: {language,
 * duration_seconds, segments: [{start, end, text, avg_logprob, words}]}}`, with times in seconds.
 * The segments are Whisper's.
 */
function parseTranscriptionJson(text: string): RawCaptions {
  const transcription = object(object(parseJson(text))["transcription"]);
  if (!Array.isArray(transcription["segments"]))
    throw unreadable("the JSON has no transcription.segments");
  return readWhisperSegments(transcription, transcription["duration_seconds"]);
}

/** @throws UNREADABLE_MEDIA when there are segments and none of them is one. */
export function readWhisperSegments(
  { segments: list, language }: Json,
  durationSeconds: unknown,
): RawCaptions {
  const segments = objects(list);
  const isTimed = (segment: Json): boolean =>
    seconds(segment["start"]) !== null && string(segment["text"]) !== null;
  if (segments.length > 0 && !segments.some(isTimed))
    throw unreadable("no segment of the JSON has a start in seconds and a text");
  return {
    cues: segments.flatMap(segmentCue),
    language: string(language),
    durationMs: seconds(durationSeconds),
  };
}

function segmentCue(segment: Json): RawCue[] {
  const start = seconds(segment["start"]);
  const end = seconds(segment["end"]);
  if (end === null) return [];
  const logprob = number(segment["avg_logprob"]);
  return toCue({
    text: segment["text"],
    start,
    end,
    speaker: string(segment["speaker"]),
    words: readWords(objects(segment["words"]), start),
    confidence: logprob === null ? null : Math.min(1, Math.exp(logprob)),
  });
}

/** WhisperX has no times for numbers and signs: such a word stands between its neighbours. */
function readWords(words: readonly Json[], segmentStart: number | null): Word[] {
  let before = segmentStart;
  return words.flatMap((word, i) => {
    const start = seconds(word["start"]) ?? before;
    const end = seconds(word["end"]) ?? seconds(words[i + 1]?.["start"]) ?? start;
    before = end;
    return toWord({
      text: word["word"] ?? word["text"],
      start,
      end,
      confidence: word["probability"] ?? word["score"] ?? word["confidence"],
    });
  });
}
