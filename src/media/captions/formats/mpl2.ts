import type { CaptionFormatSpec } from "../caption-format.ts";
import { fillEnds, type OpenCue } from "../ends.ts";
import type { RawCaptions } from "../raw-cue.ts";
import { subripText } from "./srt.ts";

const LINE = /^\[(\d{1,8})\]\[(\d{0,8})\](.*)$/;
const UNIT_MS = 100;

export const MPL2: CaptionFormatSpec = {
  name: "mpl2",
  title: "MPL2",
  specification: "https://wiki.multimedia.cx/index.php/MPL2",
  endings: [".mpl2"],
  sharedEndings: [".mpl", ".txt"],
  matches: (head) => LINE.test(head.trimStart().split("\n", 1)[0] ?? ""),
  read: parseMpl2,
};

/** Parses MPL2: `[start][end]text|text` in tenths of a second; "/" before a line means italics. */
function parseMpl2(text: string): RawCaptions {
  const cues: OpenCue[] = [];
  const dropped: number[] = [];
  text.split("\n").forEach((line, index) => {
    const [, start, end, said = ""] = LINE.exec(line.trim()) ?? [];
    if (start === undefined) {
      if (line.trim() !== "") dropped.push(index + 1);
      return;
    }
    cues.push({
      startMs: Number(start) * UNIT_MS,
      endMs: end === undefined || end === "" ? null : Number(end) * UNIT_MS,
      ...subripText(said.replace(/(^|\|)\//g, "$1").replaceAll("|", "\n")),
    });
  });
  return { cues: fillEnds(cues), dropped };
}
