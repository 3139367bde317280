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

export const DEEPGRAM_JSON: CaptionFormatSpec = {
  name: "deepgram-json",
  title: "Deepgram (JSON)",
  specification: "https://developers.deepgram.com/reference/speech-to-text/listen-pre-recorded",
  endings: [],
  sharedEndings: [".json"],
  matches: (head) =>
    /^\s*\{/.test(head) &&
    /"results"\s*:\s*\{/.test(head) &&
    /"(?:channels|utterances)"\s*:\s*\[/.test(head),
  mayBeEmpty: true,
  read: parseDeepgram,
};

/**
 * Parses `{results: {channels: [{alternatives: [{transcript, words}]}]}}`, with times in seconds.
 * Speakers are those that were told apart, else one for each of several channels.
 */
function parseDeepgram(text: string): RawCaptions {
  const file = object(parseJson(text));
  const channels = objects(object(file["results"])["channels"]);
  const durationMs = seconds(object(file["metadata"])["duration"]);
  const cues = channels.flatMap((channel, i) => {
    const best = objects(channel["alternatives"])[0] ?? {};
    const channelName = channels.length > 1 ? `Channel ${i + 1}` : null;
    const words = objects(best["words"]).flatMap((word) => readWord(word, channelName));
    return words.length > 0
      ? groupWords(words)
      : toCue({ text: best["transcript"], start: 0, end: durationMs, speaker: channelName });
  });
  return { cues, durationMs, language: string(channels[0]?.["detected_language"]) };
}

const readWord = (word: Json, channelName: string | null): SpokenWord[] =>
  toWord({
    text: word["punctuated_word"] ?? word["word"],
    start: seconds(word["start"]),
    end: seconds(word["end"]),
    confidence: word["confidence"],
  }).map((one) => ({ ...one, speaker: speakerName(word["speaker"]) ?? channelName }));
