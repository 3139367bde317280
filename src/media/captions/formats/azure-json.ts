import type { Word } from "../../../types.ts";
import type { CaptionFormatSpec } from "../caption-format.ts";
import { type Json, object, objects, parseJson, string, time, toCue, toWord } from "../json.ts";
import type { RawCaptions, RawCue } from "../raw-cue.ts";

export const AZURE_JSON: CaptionFormatSpec = {
  name: "azure-json",
  title: "Azure Speech (JSON)",
  specification:
    "https://learn.microsoft.com/azure/ai-services/speech-service/batch-transcription-get#transcription-result-file",
  endings: [],
  sharedEndings: [".json"],
  matches: (head) =>
    /^\s*\{/.test(head) &&
    /"(?:combinedRecognizedPhrases|recognizedPhrases|combinedPhrases)"\s*:/.test(head),
  mayBeEmpty: true,
  read: parseAzure,
};

/** A tick is 100 nanoseconds. */
const TICK_MS = 1 / 10_000;

interface Span {
  readonly start: number | null;
  readonly end: number | null;
}

function spanOf(part: Json): Span {
  const start = time(part["offsetInTicks"], TICK_MS) ?? time(part["offsetMilliseconds"], 1);
  const length =
    time(part["durationInTicks"], TICK_MS) ?? time(part["durationMilliseconds"], 1) ?? 0;
  return { start, end: start === null ? null : start + length };
}

/**
 * Parses the files of batch transcription (`recognizedPhrases`) and of fast transcription
 * (`phrases`).
 */
function parseAzure(text: string): RawCaptions {
  const file = object(parseJson(text));
  const phrases = objects(file["recognizedPhrases"] ?? file["phrases"]);
  const channels = new Set(phrases.map(({ channel }) => channel));
  return {
    cues: phrases.flatMap((phrase) => readPhrase(phrase, channels.size > 1)),
    language: string(phrases[0]?.["locale"]),
    durationMs: time(file["durationInTicks"], TICK_MS) ?? time(file["durationMilliseconds"], 1),
  };
}

function readPhrase(phrase: Json, hasChannels: boolean): RawCue[] {
  const best = objects(phrase["nBest"])[0] ?? phrase;
  const { speaker, channel } = phrase;
  const channelName = hasChannels ? `Channel ${Number(channel) + 1}` : null;
  const words = objects(best["displayWords"] ?? best["words"]).flatMap((word): Word[] =>
    toWord({
      text: word["displayText"] ?? word["text"] ?? word["word"],
      ...spanOf(word),
      confidence: word["confidence"],
    }),
  );
  return toCue({
    text: best["display"] ?? best["text"],
    ...spanOf(phrase),
    speaker: typeof speaker === "number" ? `Speaker ${speaker}` : channelName,
    words,
    confidence: typeof best["confidence"] === "number" ? best["confidence"] : null,
  });
}
