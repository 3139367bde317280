import type { CaptionFormatSpec } from "../caption-format.ts";
import { object, parseJson } from "../json.ts";
import type { RawCaptions } from "../raw-cue.ts";
import { readWhisperSegments } from "./transcription-json.ts";

/** A head of this length may end inside the text, which comes before the segments. */
const LONG_HEAD = 2000;

export const WHISPER_JSON: CaptionFormatSpec = {
  name: "whisper-json",
  title: "Whisper, faster-whisper, WhisperX (JSON)",
  specification: "https://github.com/openai/whisper/blob/main/whisper/transcribe.py",
  endings: [],
  sharedEndings: [".json", ".whisper.json"],
  matches: (head) =>
    /^\s*\{\s*"(?:text|segments|language|duration|task)"\s*:/.test(head) &&
    (/"segments"\s*:\s*\[\s*(?:\]|\{[^{}]*"(?:start|text)"\s*:)/.test(head) ||
      (/^\s*\{\s*"text"\s*:\s*"/.test(head) && head.length >= LONG_HEAD)),
  mayBeEmpty: true,
  read: parseWhisperJson,
};

/**
 * Parses `{text, segments: [{start, end, text, words, speaker}], language}`, with times in seconds.
 */
function parseWhisperJson(text: string): RawCaptions {
  const transcript = object(parseJson(text));
  return readWhisperSegments(transcript, transcript["duration"]);
}
