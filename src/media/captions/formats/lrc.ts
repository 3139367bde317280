import type { Word } from "../../../types.ts";
import type { CaptionFormatSpec } from "../caption-format.ts";
import { fillEnds, type OpenCue } from "../ends.ts";
import { plain } from "../markup.ts";
import type { RawCaptions } from "../raw-cue.ts";

const STAMP = String.raw`\d{1,3}:\d\d(?:[.:]\d{1,3})?`;
const LINE = new RegExp(String.raw`^((?:\s*\[${STAMP}\])+)(.*)$`);
const ANY_STAMP = new RegExp(STAMP, "g");
const WORD_STAMP = new RegExp(`<(${STAMP})>`);
const TAG = /^\s*\[([a-z#]{1,10})\s*:(.*)\]\s*$/i;

export const LRC: CaptionFormatSpec = {
  name: "lrc",
  title: "LRC",
  specification: "https://en.wikipedia.org/wiki/LRC_(file_format)",
  endings: [".lrc", ".elrc"],
  sharedEndings: [".txt"],
  matches: (head) => {
    const lines = head.split("\n", 30).map((line) => line.trim());
    const first = lines.find((line) => line !== "" && !TAG.test(line));
    return first !== undefined && LINE.test(first);
  },
  read: parseLrc,
};

/** Minutes, seconds and a fraction of any length. */
function stampMs(stamp: string): number {
  const [minutes = "0", seconds = "0", fraction = ""] = stamp.split(/[:.]/);
  return (
    Number(minutes) * 60_000 + Number(seconds) * 1000 + Number(fraction.padEnd(3, "0").slice(0, 3))
  );
}

/**
 * Parses LRC: `[mm:ss.xx]text`, with several stamps before a line that comes again, `[offset:ms]`
 * (positive: earlier) and, enhanced, `<mm:ss.xx>` before each word.
 */
function parseLrc(text: string): RawCaptions {
  const cues: OpenCue[] = [];
  const dropped: number[] = [];
  let offsetMs = 0;
  let language: string | null = null;
  text.split("\n").forEach((line, index) => {
    const [, stamps, said = ""] = LINE.exec(line) ?? [];
    if (stamps === undefined) {
      const [, name = "", value = ""] = TAG.exec(line) ?? [];
      if (name.toLowerCase() === "offset") offsetMs = Number(value) || 0;
      if (name.toLowerCase() === "la") language = value.trim();
      if (name === "" && line.trim() !== "") dropped.push(index + 1);
      return;
    }
    const { words, plainText } = readWords(said);
    for (const stamp of stamps.match(ANY_STAMP) ?? [])
      cues.push({
        startMs: stampMs(stamp),
        endMs: null,
        lines: plainText === "" ? [] : [{ text: plainText }],
        words,
      });
  });
  const shift = (cue: OpenCue): OpenCue => ({
    ...cue,
    startMs: cue.startMs - offsetMs,
    words:
      cue.words?.map((word) => ({
        ...word,
        startMs: word.startMs - offsetMs,
        endMs: word.endMs - offsetMs,
      })) ?? null,
  });
  return { cues: fillEnds(cues.map(shift)), language, dropped };
}

/** `<00:01.20>one <00:01.50>two`: each word from its stamp to the next. */
function readWords(said: string): { words: Word[] | null; plainText: string } {
  const parts = said.split(WORD_STAMP);
  const plainText = plain(parts.filter((_, i) => i % 2 === 0).join(" "));
  if (parts.length < 3) return { words: null, plainText };
  const words: Word[] = [];
  for (let i = 1; i < parts.length; i += 2) {
    const text = plain(parts[i + 1] ?? "");
    const startMs = stampMs(parts[i] ?? "");
    const next = parts[i + 2];
    if (text === "" || text.includes(" ")) continue;
    words.push({
      text,
      startMs,
      endMs: next === undefined ? startMs : stampMs(next),
      confidence: null,
    });
  }
  return { words: words.length > 0 ? words : null, plainText };
}
