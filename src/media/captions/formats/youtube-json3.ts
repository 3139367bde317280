import type { CaptionFormatSpec } from "../caption-format.ts";
import type { Word } from "../../../types.ts";
import { number, object, objects, parseJson, string, time } from "../json.ts";
import { plain } from "../markup.ts";
import type { RawCaptions, RawCue } from "../raw-cue.ts";

export const YOUTUBE_JSON3: CaptionFormatSpec = {
  name: "youtube-json3",
  title: "YouTube's json3",
  specification: "https://github.com/yt-dlp/yt-dlp/blob/master/README.md#subtitle-options",
  endings: [".json3"],
  sharedEndings: [".json"],
  matches: (head) =>
    /^\s*\{\s*"(?:wireMagic|events)"\s*:/.test(head) && /"tStartMs"|"pb3"/.test(head),
  mayBeEmpty: true,
  read: parseJson3,
};

/**
 * Parses json3 of YouTube's player: events with a start and a length in milliseconds, and segments
 * that are words with an offset in automatic captions. Events that append only roll the lines up.
 */
function parseJson3(text: string): RawCaptions {
  const events = objects(object(parseJson(text))["events"]);
  const cues = events.flatMap((event): RawCue[] => {
    const startMs = time(event["tStartMs"], 1);
    if (startMs === null || event["aAppend"] === 1) return [];
    const endMs = startMs + (time(event["dDurationMs"], 1) ?? 0);
    const segments = objects(event["segs"]);
    const lines = segments
      .map((segment) => string(segment["utf8"]) ?? "")
      .join("")
      .split("\n")
      .map((line) => ({ text: plain(line) }))
      .filter((line) => line.text !== "");
    const words = segments.flatMap((segment): Word[] => {
      const said = plain(string(segment["utf8"]) ?? "");
      const confidence = number(segment["acAsrConf"]);
      const isWord = said !== "" && !said.includes(" ");
      return isWord
        ? [
            {
              text: said,
              startMs: startMs + (time(segment["tOffsetMs"], 1) ?? 0),
              endMs,
              confidence:
                confidence === null || confidence < 0 || confidence > 255 ? null : confidence / 255,
            },
          ]
        : [];
    });
    const timed = words.map((word, i) => ({ ...word, endMs: words[i + 1]?.startMs ?? endMs }));
    return lines.length === 0
      ? []
      : [{ startMs, endMs, lines, words: timed.length > 1 ? timed : null }];
  });
  // A line stays on the screen while the next is spoken.
  return { cues: cues.map((cue, i) => endBefore(cue, cues[i + 1])) };
}

const endBefore = (cue: RawCue, next: RawCue | undefined): RawCue =>
  next && cue.words && next.startMs > cue.startMs && next.startMs < cue.endMs
    ? {
        ...cue,
        endMs: next.startMs,
        words: cue.words.map((word) => ({
          ...word,
          endMs: Math.max(word.startMs, Math.min(word.endMs, next.startMs)),
        })),
      }
    : cue;
