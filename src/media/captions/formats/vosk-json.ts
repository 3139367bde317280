import type { CaptionFormatSpec } from "../caption-format.ts";
import {
  groupWords,
  type Json,
  object,
  objects,
  parseJson,
  seconds,
  type SpokenWord,
  toWord,
  unreadable,
} from "../json.ts";
import type { RawCaptions } from "../raw-cue.ts";

export const VOSK_JSON: CaptionFormatSpec = {
  name: "vosk-json",
  title: "Vosk (JSON)",
  specification: "https://github.com/alphacep/vosk-api/blob/master/src/vosk_api.h",
  endings: [],
  sharedEndings: [".json", ".jsonl", ".ndjson"],
  matches: (head) =>
    /^\s*\[?\s*\{\s*"(?:result|alternatives|partial|text)"\s*:/.test(head) &&
    /\{[^{}]*"(?:conf|word)"\s*:[^{}]*"start"\s*:/.test(head),
  mayBeEmpty: true,
  read: parseVosk,
};

/**
 * Parses results, `{result: [{word, start, end, conf}], text}`: one, a list of them, or one after
 * another.
 */
function parseVosk(text: string): RawCaptions {
  return { cues: readResults(text).flatMap((result) => groupWords(readWords(result))) };
}

function readResults(text: string): readonly Json[] {
  try {
    const file = parseJson(text);
    return Array.isArray(file) ? objects(file) : [object(file)];
  } catch {
    const parts = text
      .trim()
      .split(/(?<=\})\s*\n\s*(?=\{\s*"(?:result|alternatives|partial|text)")/);
    if (parts.length < 2) throw unreadable("not valid JSON");
    return parts.map((part) => object(parseJson(part)));
  }
}

function readWords({ result, alternatives }: Json): SpokenWord[] {
  const words = objects(result ?? objects(alternatives)[0]?.["result"]);
  return words.flatMap(({ word, start, end, conf }) =>
    toWord({ text: word, start: seconds(start), end: seconds(end), confidence: conf }),
  );
}
