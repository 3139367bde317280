import type { CaptionFormatSpec } from "../caption-format.ts";
import { parseTime, type RawCaptions, type RawCue } from "../raw-cue.ts";
import { subripText } from "./srt.ts";

const TIMES = /^(\d{1,3}:\d\d:\d\d\.\d{3}),(\d{1,3}:\d\d:\d\d\.\d{3})\s*$/;

export const SBV: CaptionFormatSpec = {
  name: "sbv",
  title: "SBV",
  specification: "https://support.google.com/youtube/answer/2734698",
  endings: [".sbv"],
  sharedEndings: [".txt"],
  matches: (head) => TIMES.test(head.trimStart().split("\n", 1)[0] ?? ""),
  read: parseSbv,
};

/** Parses YouTube's SubViewer: `start,end` on a line, the text below it, a blank line. */
function parseSbv(text: string): RawCaptions {
  const cues: RawCue[] = [];
  let times: { readonly startMs: number; readonly endMs: number } | undefined;
  let said: string[] = [];
  const finish = (): void => {
    if (times) cues.push({ ...times, ...subripText(said.join("\n").replaceAll("[br]", "\n")) });
    times = undefined;
    said = [];
  };
  for (const line of text.split("\n")) {
    const [, start, end] = TIMES.exec(line) ?? [];
    if (start === undefined || end === undefined) {
      if (times) said.push(line);
      continue;
    }
    finish();
    times = { startMs: parseTime(start) ?? 0, endMs: parseTime(end) ?? 0 };
  }
  finish();
  return { cues };
}
