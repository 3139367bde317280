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
  toWord,
} from "../json.ts";
import type { RawCaptions } from "../raw-cue.ts";

export const AWS_JSON: CaptionFormatSpec = {
  name: "aws-json",
  title: "Amazon Transcribe (JSON)",
  specification: "https://docs.aws.amazon.com/transcribe/latest/dg/how-input.html#how-output",
  endings: [],
  sharedEndings: [".json"],
  matches: (head) =>
    /^\s*\{/.test(head) &&
    /"results"\s*:\s*\{/.test(head) &&
    /"(?:transcripts|items|language_code|speaker_labels)"\s*:/.test(head),
  mayBeEmpty: true,
  read: parseAws,
};

/**
 * Parses `{results: {items: [{type, start_time, end_time, alternatives: [{content,
 * confidence}]}]}}`, with times as text in seconds, and the speakers or channels beside them.
 */
function parseAws(text: string): RawCaptions {
  const results = object(object(parseJson(text))["results"]);
  const channels = objects(object(results["channel_labels"])["channels"]);
  const labels = speakersByStart(object(results["speaker_labels"]));
  const cues =
    channels.length > 1
      ? channels.flatMap((channel) =>
          readItems(objects(channel["items"]), () => channelName(channel["channel_label"])),
        )
      : readItems(objects(results["items"]), (item) =>
          speakerName(item["speaker_label"] ?? labels.get(String(item["start_time"]))),
        );
  return { cues, language: string(results["language_code"]) };
}

/** "ch_0" is the first. */
const channelName = (label: unknown): string =>
  `Channel ${Number(/\d+/.exec(string(label) ?? "")?.[0] ?? 0) + 1}`;

function speakersByStart(labels: Json): ReadonlyMap<string, string | null> {
  return new Map(
    objects(labels["segments"]).flatMap((segment) =>
      objects(segment["items"]).map((item): [string, string | null] => [
        String(item["start_time"]),
        string(item["speaker_label"]),
      ]),
    ),
  );
}

function readItems(items: readonly Json[], speakerOf: (item: Json) => string | null) {
  const words: SpokenWord[] = [];
  for (const item of items) {
    const { content, confidence } = objects(item["alternatives"])[0] ?? {};
    const lastWord = words.at(-1);
    if (item["type"] === "punctuation") {
      if (lastWord)
        words[words.length - 1] = { ...lastWord, text: lastWord.text + (string(content) ?? "") };
      continue;
    }
    words.push(
      ...toWord({
        text: content,
        start: seconds(item["start_time"]),
        end: seconds(item["end_time"]),
        confidence,
      }).map((word) => ({ ...word, speaker: speakerOf(item) })),
    );
  }
  return groupWords(words);
}
