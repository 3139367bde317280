import type { CaptionFormatSpec } from "../caption-format.ts";
import { fillEnds, type OpenCue } from "../ends.ts";
import { parseTime, type RawCaptions } from "../raw-cue.ts";
import { subripText } from "./srt.ts";

const BOTH = /^(\d{1,2}:\d\d:\d\d[.,:]\d{1,3})\s*,\s*(\d{1,2}:\d\d:\d\d[.,:]\d{1,3})\s*$/;
const ONE = /^\[(\d{1,2}:\d\d:\d\d)\]\s*$/;

export const SUBVIEWER: CaptionFormatSpec = {
  name: "subviewer",
  title: "SubViewer 1 and 2",
  specification: "https://wiki.videolan.org/SubViewer/",
  endings: [],
  sharedEndings: [".sub", ".txt"],
  matches: (head) => {
    const start = head.trimStart();
    const first = start.split("\n", 1)[0] ?? "";
    return /^\[(?:INFORMATION|BEGIN|TITLE)\]/i.test(start) || BOTH.test(first) || ONE.test(first);
  },
  mayBeEmpty: true,
  read: parseSubviewer,
};

/**
 * Parses both versions of SubViewer: `start,end` or, in the first version, `[start]` on a line,
 * then the text with `[br]` or `|` for new lines. Headers in square brackets come before.
 */
function parseSubviewer(text: string): RawCaptions {
  const cues: OpenCue[] = [];
  let times: { readonly startMs: number; readonly endMs: number | null } | undefined;
  let said: string[] = [];
  const finish = (): void => {
    const whole = said.join("\n").replace(/\[br\]|\|/gi, "\n");
    if (times && whole.trim() !== "") cues.push({ ...times, ...subripText(whole) });
    said = [];
  };
  for (const line of text.split("\n")) {
    const [, start, end] = BOTH.exec(line) ?? ONE.exec(line) ?? [];
    if (start !== undefined) {
      finish();
      const startMs = parseTime(start) ?? 0;
      // In the first version an empty line at a time ends what was shown before.
      const last = cues.at(-1);
      if (end === undefined && last && last.endMs === null)
        cues[cues.length - 1] = { ...last, endMs: startMs };
      times = { startMs, endMs: end === undefined ? null : parseTime(end) };
    } else if (/^\[(?:COLF|SIZE|FONT|STYLE|END)[^\]]*\]/i.test(line)) continue;
    else if (times) said.push(line);
  }
  finish();
  return { cues: fillEnds(cues) };
}
