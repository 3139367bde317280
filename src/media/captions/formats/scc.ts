import type { CaptionFormatSpec } from "../caption-format.ts";
import { decodeLine21, type Line21Pair } from "../cea608.ts";
import type { RawCaptions } from "../raw-cue.ts";

export const SCC: CaptionFormatSpec = {
  name: "scc",
  title: "Scenarist closed captions (SCC)",
  specification: "http://www.theneitherworld.com/mcpoodle/SCC_TOOLS/DOCS/SCC_FORMAT.HTML",
  endings: [".scc"],
  matches: (head) => /^\s*Scenarist_SCC V\d/i.test(head),
  mayBeEmpty: true,
  read: parseScc,
};

const LINE = /^(\d\d):(\d\d):(\d\d)([:;.])(\d\d)\s+([0-9a-f\s]+)$/i;
/** NTSC video: 30 frames in 1.001 seconds. */
const FRAME_MS = 1001 / 30;

/**
 * Parses SCC: a time code, and the bytes of line 21 that are sent from then on, two in each frame.
 * Time codes with a semicolon leave numbers out so that they follow the clock; the others fall
 * behind it by 3.6 seconds an hour.
 */
function parseScc(text: string): RawCaptions {
  const pairs: Line21Pair[] = [];
  const dropped: number[] = [];
  let isOnClock = true;
  text.split("\n").forEach((line, index) => {
    const [, hours, minutes, seconds, mark, frames, bytes = ""] = LINE.exec(line.trim()) ?? [];
    if (hours === undefined) {
      if (line.trim() !== "" && index > 0) dropped.push(index + 1);
      return;
    }
    const clockSeconds = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
    const isDropFrame = mark !== ":";
    isOnClock = isDropFrame;
    const startMs = clockSeconds * (isDropFrame ? 1000 : 1001) + Number(frames) * FRAME_MS;
    for (const [i, word] of (bytes.match(/[0-9a-f]{4}/gi) ?? []).entries())
      pairs.push({
        atMs: Math.round(startMs + i * FRAME_MS),
        first: Number.parseInt(word.slice(0, 2), 16),
        second: Number.parseInt(word.slice(2), 16),
      });
  });
  return { cues: decodeLine21(pairs), dropped, ...(isOnClock ? {} : { hourMs: 3_603_600 }) };
}
