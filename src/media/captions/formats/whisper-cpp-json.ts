import type { CaptionFormatSpec } from "../caption-format.ts";
import { type Json, object, objects, parseJson, string, time, toCue, toWord } from "../json.ts";
import type { Word } from "../../../types.ts";
import type { RawCaptions } from "../raw-cue.ts";

export const WHISPER_CPP_JSON: CaptionFormatSpec = {
  name: "whisper-cpp-json",
  title: "whisper.cpp (JSON)",
  specification: "https://github.com/ggml-org/whisper.cpp/blob/master/examples/cli/cli.cpp",
  endings: [],
  sharedEndings: [".json"],
  matches: (head) =>
    /^\s*\{\s*"(?:systeminfo|model|params|result|transcription)"\s*:/.test(head) &&
    /"(?:transcription|systeminfo)"\s*:/.test(head),
  mayBeEmpty: true,
  read: parseWhisperCpp,
};

/**
 * Parses `{result: {language}, transcription: [{offsets: {from, to}, text, tokens}]}`, with times
 * in milliseconds. Tokens are parts of words: one that begins with a space begins a word.
 */
function parseWhisperCpp(text: string): RawCaptions {
  const transcript = object(parseJson(text));
  return {
    cues: objects(transcript["transcription"]).flatMap((segment) => {
      const offsets = object(segment["offsets"]);
      return toCue({
        text: segment["text"],
        start: time(offsets["from"], 1),
        end: time(offsets["to"], 1),
        speaker: string(segment["speaker"]),
        words: readTokens(objects(segment["tokens"])),
      });
    }),
    language: string(object(transcript["result"])["language"]),
  };
}

function readTokens(tokens: readonly Json[]): Word[] {
  const parts: { text: string; from: number | null; to: number | null; p: unknown }[] = [];
  for (const token of tokens) {
    const text = string(token["text"]) ?? "";
    // Marks such as [_BEG_] and <|0.00|> are no words.
    if (/^\s*(?:\[_[A-Z0-9_]+\]|<\|.*\|>)\s*$/.test(text)) continue;
    const offsets = object(token["offsets"]);
    const to = time(offsets["to"], 1);
    const last = parts.at(-1);
    if (last && !/^\s/.test(text)) Object.assign(last, { text: last.text + text, to });
    else parts.push({ text, from: time(offsets["from"], 1), to, p: token["p"] });
  }
  return parts.flatMap(({ text, from, to, p }) =>
    toWord({ text, start: from, end: to, confidence: p }),
  );
}
