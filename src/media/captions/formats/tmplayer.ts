import type { CaptionFormatSpec } from "../caption-format.ts";
import { fillEnds, type OpenCue } from "../ends.ts";
import type { RawCaptions } from "../raw-cue.ts";
import { subripText } from "./srt.ts";

/** `0:00:01:text`, `00:00:01=text`, and `00:00:01,1=text` for one of two lines. */
const LINE = /^(\d{1,2}):(\d\d):(\d\d)(?:,\d)?[:=](?!\d\d[\s,.:])(.*)$/;

export const TMPLAYER: CaptionFormatSpec = {
  name: "tmplayer",
  title: "TMPlayer",
  specification: "https://wiki.multimedia.cx/index.php/TMPlayer",
  endings: [],
  sharedEndings: [".tmp", ".sub", ".txt"],
  matches: (head) => {
    const lines = head
      .trim()
      .split("\n", 3)
      .filter((line) => line.trim() !== "");
    return lines.length > 0 && lines.slice(0, 2).every((line) => LINE.test(line.trim()));
  },
  read: parseTmplayer,
};

/** Parses TMPlayer, which says only when a line begins; an empty one ends it. */
function parseTmplayer(text: string): RawCaptions {
  const rows: OpenCue[] = [];
  const dropped: number[] = [];
  text.split("\n").forEach((line, index) => {
    const [, hours, minutes, seconds, said = ""] = LINE.exec(line.trim()) ?? [];
    if (hours === undefined) {
      if (line.trim() !== "") dropped.push(index + 1);
      return;
    }
    rows.push({
      startMs: Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000,
      endMs: null,
      ...subripText(said.replaceAll("|", "\n")),
    });
  });
  return { cues: fillEnds(rows), dropped };
}
