import type { CaptionFormatSpec } from "../caption-format.ts";
import {
  groupWords,
  type Json,
  object,
  objects,
  parseJson,
  seconds,
  speakerName,
  type SpokenWord,
  string,
  toCue,
  toWord,
} from "../json.ts";
import type { RawCaptions } from "../raw-cue.ts";

export const GOOGLE_JSON: CaptionFormatSpec = {
  name: "google-json",
  title: "Google Speech-to-Text (JSON)",
  specification: "https://cloud.google.com/speech-to-text/docs/reference/rest/v1/speech/recognize",
  endings: [],
  sharedEndings: [".json"],
  matches: (head) =>
    /^\s*\{/.test(head) && /"results"\s*:\s*\[/.test(head) && /"alternatives"\s*:/.test(head),
  mayBeEmpty: true,
  read: parseGoogle,
};

/** "12.300s", and `{seconds, nanos}` of older clients. */
function offset(value: unknown): number | null {
  if (typeof value === "string") return seconds(value.replace(/s$/, ""));
  const parts = object(value);
  if (parts["seconds"] === undefined && parts["nanos"] === undefined) return null;
  return seconds(Number(parts["seconds"] ?? 0) + Number(parts["nanos"] ?? 0) / 1e9);
}

/**
 * Parses version 1 and 2: `{results: [{alternatives: [{transcript, words}]}]}`. With speakers told
 * apart, version 1 says all words once more in its last result, and only there with speakers.
 */
function parseGoogle(text: string): RawCaptions {
  const file = object(parseJson(text));
  const results = objects(file["results"] ?? object(file["response"])["results"]);
  const lastResult = results.at(-1);
  const isRepeated =
    results.length > 1 &&
    bestOf(lastResult)["transcript"] === undefined &&
    objects(bestOf(lastResult)["words"]).some((word) => word["speakerTag"] !== undefined);
  const channels = new Set(results.map(({ channelTag }) => channelTag));
  let endMs = 0;
  const cues = (isRepeated && lastResult ? [lastResult] : results).flatMap((result) => {
    const best = bestOf(result);
    const startMs = endMs;
    endMs = offset(result["resultEndTime"] ?? result["resultEndOffset"]) ?? endMs;
    const channel = channels.size > 1 ? `Channel ${String(result["channelTag"])}` : null;
    const words = objects(best["words"]).flatMap((word) => readWord(word, channel));
    return words.length > 0
      ? groupWords(words)
      : toCue({ text: best["transcript"], start: startMs, end: endMs, speaker: channel });
  });
  return { cues, language: string(results[0]?.["languageCode"]) };
}

const bestOf = (result: Json | undefined): Json => objects(result?.["alternatives"])[0] ?? {};

function readWord(word: Json, channel: string | null): SpokenWord[] {
  const tag = word["speakerLabel"] ?? word["speakerTag"];
  const speaker = typeof tag === "number" ? `Speaker ${tag}` : speakerName(tag);
  return toWord({
    text: word["word"],
    // A time of zero is left out.
    start: offset(word["startTime"] ?? word["startOffset"] ?? "0s"),
    end: offset(word["endTime"] ?? word["endOffset"]),
    confidence: word["confidence"] === 0 ? null : word["confidence"],
  }).map((one) => ({ ...one, speaker: speaker ?? channel }));
}
