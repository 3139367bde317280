import type { CaptionFormatSpec } from "../caption-format.ts";
import { plain } from "../markup.ts";
import { parseTime, type RawCaptions, type RawCue } from "../raw-cue.ts";

const LINE = /^\s*\[(\d[\d:.,]{4,14}) --> (\d[\d:.,]{4,14})\]\s*(?:\[?(SPEAKER_\d+)\]?:?\s)?(.*)$/;

export const WHISPER_TXT: CaptionFormatSpec = {
  name: "whisper-txt",
  title: "Whisper and whisper.cpp (what they print)",
  specification: "https://github.com/openai/whisper/blob/main/whisper/transcribe.py",
  endings: [],
  sharedEndings: [".txt", ".log"],
  matches: (head) =>
    LINE.test(head.split("\n", 40).find((line) => line.trim().startsWith("[")) ?? ""),
  read: parsePrinted,
};

/** Parses `[00:00.000 --> 00:02.500]  text`; other lines go on with the text. */
function parsePrinted(text: string): RawCaptions {
  const cues: RawCue[] = [];
  for (const line of text.split("\n")) {
    const [, start, end, speaker, said = ""] = LINE.exec(line) ?? [];
    const lastCue = cues.at(-1);
    if (start === undefined || end === undefined) {
      if (lastCue && line.trim() !== "")
        cues[cues.length - 1] = { ...lastCue, lines: [...lastCue.lines, { text: plain(line) }] };
      continue;
    }
    const startMs = parseTime(start);
    const endMs = parseTime(end);
    if (startMs !== null && endMs !== null)
      cues.push({ startMs, endMs, lines: said === "" ? [] : [{ text: plain(said), speaker }] });
  }
  return { cues };
}
