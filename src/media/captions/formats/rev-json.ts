import type { CaptionFormatSpec } from "../caption-format.ts";
import {
  groupWords,
  type Json,
  number,
  object,
  objects,
  parseJson,
  seconds,
  speakerName,
  type SpokenWord,
  string,
  toWord,
} from "../json.ts";
import type { RawCaptions } from "../raw-cue.ts";

export const REV_JSON: CaptionFormatSpec = {
  name: "rev-json",
  title: "Rev (JSON)",
  specification: "https://docs.rev.ai/api/asynchronous/transcript/",
  endings: [],
  sharedEndings: [".json"],
  matches: (head) => /^\s*\{/.test(head) && /"monologues"\s*:\s*\[/.test(head),
  mayBeEmpty: true,
  read: parseRev,
};

/**
 * Parses `{speakers, monologues: [{speaker, elements: [{type, value, ts, end_ts, confidence}]}]}`.
 */
function parseRev(text: string): RawCaptions {
  const transcript = object(parseJson(text));
  const names = new Map(
    objects(transcript["speakers"]).map(({ id, name }) => [number(id), string(name)]),
  );
  const nameOf = (speaker: unknown): string | null =>
    names.get(number(speaker)) ?? speakerName(speaker);
  return {
    cues: objects(transcript["monologues"]).flatMap(({ elements, speaker, speaker_info: info }) =>
      groupWords(
        readElements(objects(elements), string(object(info)["display_name"]) ?? nameOf(speaker)),
      ),
    ),
    language: string(transcript["language"]),
  };
}

/** Punctuation belongs to the word before it; the spaces between are elements too. */
function readElements(elements: readonly Json[], speaker: string | null): SpokenWord[] {
  const words: SpokenWord[] = [];
  for (const { type, value, ts, end_ts: end, confidence } of elements) {
    const lastWord = words.at(-1);
    const punctuation = (string(value) ?? "").trim();
    if (type !== "text") {
      if (lastWord && punctuation !== "")
        words[words.length - 1] = { ...lastWord, text: lastWord.text + punctuation };
      continue;
    }
    const start = seconds(ts) ?? lastWord?.endMs ?? null;
    words.push(
      ...toWord({ text: value, start, end: seconds(end), confidence }).map((word) => ({
        ...word,
        speaker,
      })),
    );
  }
  return words;
}
