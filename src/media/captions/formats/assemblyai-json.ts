import type { Word } from "../../../types.ts";
import type { CaptionFormatSpec } from "../caption-format.ts";
import {
  groupWords,
  type Json,
  object,
  objects,
  parseJson,
  speakerName,
  string,
  time,
  toCue,
  toWord,
} from "../json.ts";
import type { RawCaptions } from "../raw-cue.ts";

export const ASSEMBLYAI_JSON: CaptionFormatSpec = {
  name: "assemblyai-json",
  title: "AssemblyAI (JSON)",
  specification: "https://www.assemblyai.com/docs/api-reference/transcripts/get",
  endings: [],
  sharedEndings: [".json"],
  matches: (head) =>
    /^\s*\{/.test(head) &&
    /"(?:utterances|acoustic_model|language_model|audio_url|speech_model)"\s*:/.test(head) &&
    !/"results"\s*:/.test(head),
  mayBeEmpty: true,
  read: parseAssemblyAi,
};

const readWords = (words: unknown): Word[] =>
  objects(words).flatMap(({ text, start, end, confidence }) =>
    toWord({ text, start: time(start, 1), end: time(end, 1), confidence }),
  );

/**
 * Parses `{utterances, words, language_code}`, with times in milliseconds; words where nobody was
 * told apart.
 */
function parseAssemblyAi(text: string): RawCaptions {
  const transcript = object(parseJson(text));
  const about = {
    language: string(transcript["language_code"]),
    durationMs: time(transcript["audio_duration"], 1000),
  };
  const utterances = objects(transcript["utterances"]);
  if (utterances.length > 0) return { ...about, cues: utterances.flatMap(readUtterance) };
  const words = objects(transcript["words"]);
  return {
    ...about,
    cues: groupWords(
      words.flatMap((word) =>
        readWords([word]).map((one) => ({ ...one, speaker: speakerName(word["speaker"]) })),
      ),
    ),
  };
}

const readUtterance = ({ text, start, end, speaker, words, confidence }: Json) =>
  toCue({
    text,
    start: time(start, 1),
    end: time(end, 1),
    speaker: speakerName(speaker),
    words: readWords(words),
    confidence: typeof confidence === "number" ? confidence : null,
  });
