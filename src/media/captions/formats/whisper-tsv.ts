import type { CaptionFormatSpec } from "../caption-format.ts";
import { plain } from "../markup.ts";
import type { RawCaptions, RawCue } from "../raw-cue.ts";

export const WHISPER_TSV: CaptionFormatSpec = {
  name: "whisper-tsv",
  title: "Whisper (TSV)",
  specification: "https://github.com/openai/whisper/blob/main/whisper/utils.py",
  endings: [],
  sharedEndings: [".tsv"],
  matches: (head) => /^start\tend\t(?:speaker\t)?text\n/.test(head),
  mayBeEmpty: true,
  read: parseTsv,
};

/** Parses a table of start and end in milliseconds, perhaps the speaker, and the text. */
function parseTsv(text: string): RawCaptions {
  const [heading = "", ...rows] = text.split("\n");
  const hasSpeaker = heading.includes("speaker");
  const cues: RawCue[] = [];
  const dropped: number[] = [];
  rows.forEach((row, index) => {
    if (row.trim() === "") return;
    const [start = "", end = "", ...rest] = row.split("\t");
    const speaker = hasSpeaker ? plain(rest.shift() ?? "") : "";
    const said = plain(rest.join(" "));
    const isTimed = /^\d{1,10}$/.test(start) && /^\d{1,10}$/.test(end);
    if (!isTimed) dropped.push(index + 2);
    else if (said !== "")
      cues.push({
        startMs: Number(start),
        endMs: Number(end),
        lines: [{ text: said, speaker: speaker === "" ? undefined : speaker }],
      });
  });
  return { cues, dropped };
}
