import type { CaptionFormatSpec } from "../caption-format.ts";
import { fillEnds, type OpenCue } from "../ends.ts";
import { plain } from "../markup.ts";
import type { RawCaptions } from "../raw-cue.ts";

/** A name, two spaces or a tab, and a time: "Ada Moreau  1:02:03". */
const HEADING = /^(\S.{0,80}?)(?: {2,}|\t+)(\d{1,3}(?::\d\d){1,2})\s*$/;

export const OTTER: CaptionFormatSpec = {
  name: "otter",
  title: "Otter (text)",
  specification: "https://help.otter.ai/hc/en-us/articles/360047733634",
  endings: [],
  sharedEndings: [".txt"],
  matches: (head) => HEADING.test(head.split("\n", 12).find((line) => HEADING.test(line)) ?? ""),
  read: parseOtter,
};

/** Parses paragraphs below lines of speaker and time. */
function parseOtter(text: string): RawCaptions {
  const cues: OpenCue[] = [];
  for (const line of text.split("\n")) {
    const [, speaker, stamp = ""] = HEADING.exec(line) ?? [];
    const lastCue = cues.at(-1);
    if (speaker !== undefined) {
      const startMs = stamp.split(":").reduce((sum, part) => sum * 60 + Number(part), 0) * 1000;
      cues.push({ startMs, endMs: null, lines: [{ text: "", speaker: plain(speaker) }] });
    } else if (
      lastCue &&
      line.trim() !== "" &&
      !/^transcribed by https?:\/\/otter\.ai/i.test(line)
    ) {
      const name = lastCue.lines[0]?.speaker;
      cues[cues.length - 1] = {
        ...lastCue,
        lines: [...lastCue.lines, { text: plain(line), speaker: name }],
      };
    }
  }
  const said = cues.map((cue) => ({ ...cue, lines: cue.lines.filter((one) => one.text !== "") }));
  return { cues: endWithNext(said) };
}

/** A paragraph goes on until the next, however long it is. */
function endWithNext(cues: readonly OpenCue[]) {
  return fillEnds(cues.map((cue, i) => ({ ...cue, endMs: cues[i + 1]?.startMs ?? cue.endMs })));
}
