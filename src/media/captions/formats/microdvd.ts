import type { CaptionFormatSpec, ReadContext } from "../caption-format.ts";
import { fillEnds, type OpenCue } from "../ends.ts";
import type { RawCaptions } from "../raw-cue.ts";
import { subripText } from "./srt.ts";

const LINE = /^\{(\d{1,8})\}\{(\d{0,8})\}(.*)$/;
/** Films on DVD have 23.976 frames a second unless they say otherwise. */
const USUAL_RATE = 23.976;

export const MICRODVD: CaptionFormatSpec = {
  name: "microdvd",
  title: "MicroDVD",
  specification: "https://en.wikipedia.org/wiki/MicroDVD",
  endings: [],
  sharedEndings: [".sub", ".txt"],
  matches: (head) => /^\s*(?:\{DEFAULT\}[^\n]*\n\s*)?\{\d+\}\{\d*\}/.test(head),
  read: parseMicrodvd,
};

/**
 * Parses MicroDVD: `{first frame}{last frame}text|text`. The frame rate is the text of a first line
 * `{1}{1}25`, else that of the media.
 */
function parseMicrodvd(text: string, { frameRate }: ReadContext): RawCaptions {
  const cues: OpenCue[] = [];
  const dropped: number[] = [];
  let rate = frameRate ?? USUAL_RATE;
  text.split("\n").forEach((line, index) => {
    const [, from, until, said = ""] = LINE.exec(line.trim()) ?? [];
    if (from === undefined) {
      if (line.trim() !== "" && !/^\{DEFAULT\}/i.test(line)) dropped.push(index + 1);
      return;
    }
    const named = /^\d{2,3}(?:[.,]\d+)?$/.exec(said.trim());
    if (cues.length === 0 && named && Number(from) <= 1) {
      rate = Number(said.replace(",", "."));
      return;
    }
    const time = (frames: string): number => Math.round((Number(frames) * 1000) / rate);
    // `{y:i}`, `{C:$0000ff}` and the like are styles; "/" at the start of a line means italics.
    const shown = said.replace(/\{[^{}]{1,40}:[^{}]{0,60}\}/g, "").replace(/(^|\|)\//g, "$1");
    cues.push({
      startMs: time(from),
      endMs: until === undefined || until === "" ? null : time(until),
      ...subripText(shown.replaceAll("|", "\n")),
    });
  });
  return { cues: fillEnds(cues), dropped };
}
