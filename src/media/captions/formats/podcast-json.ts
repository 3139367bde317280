import type { CaptionFormatSpec } from "../caption-format.ts";
import {
  groupWords,
  object,
  objects,
  parseJson,
  seconds,
  type SpokenWord,
  string,
  toCue,
  toWord,
} from "../json.ts";
import type { RawCaptions } from "../raw-cue.ts";

export const PODCAST_JSON: CaptionFormatSpec = {
  name: "podcast-json",
  title: "Podcast namespace (JSON)",
  specification:
    "https://github.com/Podcastindex-org/podcast-namespace/blob/main/transcripts/transcripts.md",
  endings: [],
  sharedEndings: [".json"],
  matches: (head) => /^\s*\{/.test(head) && /"startTime"\s*:/.test(head) && /"body"\s*:/.test(head),
  mayBeEmpty: true,
  read: parsePodcast,
};

/**
 * Parses `{segments: [{speaker, startTime, endTime, body}]}`, where a body is a word or a sentence.
 */
function parsePodcast(text: string): RawCaptions {
  const segments = objects(object(parseJson(text))["segments"]);
  const parts = segments.map((segment) => ({
    text: string(segment["body"]),
    start: seconds(segment["startTime"]),
    end: seconds(segment["endTime"]),
    speaker: string(segment["speaker"]),
  }));
  const areWords =
    parts.filter(({ text: body }) => body?.trim().includes(" ")).length < parts.length / 10;
  if (!areWords) return { cues: parts.flatMap(toCue) };
  return {
    cues: groupWords(
      parts.flatMap((part): SpokenWord[] =>
        toWord(part).map((word) => ({ ...word, speaker: part.speaker })),
      ),
    ),
  };
}
