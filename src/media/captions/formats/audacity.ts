import type { CaptionFormatSpec } from "../caption-format.ts";
import { plain } from "../markup.ts";
import type { RawCaptions, RawCue } from "../raw-cue.ts";

const LINE = /^(\d{1,7}[.,]\d{1,9})\t(\d{1,7}[.,]\d{1,9})\t?(.*)$/;

export const AUDACITY: CaptionFormatSpec = {
  name: "audacity",
  title: "Audacity labels",
  specification: "https://manual.audacityteam.org/man/importing_and_exporting_labels.html",
  endings: [],
  sharedEndings: [".txt", ".lab"],
  matches: (head) => LINE.test(head.trimStart().split("\n", 1)[0] ?? ""),
  read: parseLabels,
};

/**
 * Parses start and end in seconds and a label, between tabs. A line with a backslash has
 * frequencies.
 */
function parseLabels(text: string): RawCaptions {
  const cues: RawCue[] = [];
  const dropped: number[] = [];
  text.split("\n").forEach((line, index) => {
    if (line.trim() === "" || line.startsWith("\\")) return;
    const [, start = "", end = "", said = ""] = LINE.exec(line) ?? [];
    if (start === "") {
      dropped.push(index + 1);
      return;
    }
    const ms = (value: string): number => Math.round(Number(value.replace(",", ".")) * 1000);
    const label = plain(said);
    if (label !== "") cues.push({ startMs: ms(start), endMs: ms(end), lines: [{ text: label }] });
  });
  return { cues, dropped };
}
