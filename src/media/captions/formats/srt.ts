import type { CaptionFormatSpec } from "../caption-format.ts";
import { subripLines } from "../markup.ts";
import { parseTiming, type RawCaptions, type RawCue, textBesideTiming } from "../raw-cue.ts";

export const SUBRIP: CaptionFormatSpec = {
  name: "srt",
  title: "SubRip",
  specification: "https://en.wikipedia.org/wiki/SubRip#Format",
  endings: [".srt", ".srt.txt"],
  // What people save from a web page.
  sharedEndings: [".txt"],
  matches: (head) => /^\s*(?:\d{1,7}[ \t]*\n\s*)?(?:\d+:)?\d+:\d+[.,]\d+\s*-->\s*\d/.test(head),
  read: parseSrt,
};

const NUMBER = /^\s*\d{1,7}\s*$/;

/**
 * Parses SubRip as it is found: numbers and blank lines may be missing, times may have dots, no
 * hours or one digit. Every line with two times around an arrow begins a cue, which is dropped when
 * the times are impossible; a number alone on the line before belongs to it.
 */
function parseSrt(text: string): RawCaptions {
  const lines = text.split("\n");
  const timings = lines.flatMap((line, at) => {
    const timing = parseTiming(line);
    return timing ? [{ at, timing }] : [];
  });
  const cues: RawCue[] = [];
  const dropped: number[] = [];
  let number = numberBefore(lines, -1, timings[0]?.at ?? 0, null).number;
  timings.forEach(({ at, timing }, i) => {
    const next = timings[i + 1]?.at;
    const own =
      next === undefined
        ? { end: lines.length, number: null }
        : numberBefore(lines, at, next, number);
    number = own.number;
    const said = [textBesideTiming(lines[at] ?? ""), ...lines.slice(at + 1, own.end)]
      .join("\n")
      .trim();
    if (timing !== "absurd") cues.push({ ...timing, ...subripText(said) });
    else if (said !== "") dropped.push(at + 1);
  });
  return { cues, dropped };
}

/** The lines of a SubRip text, and the text itself where it has markup. */
export const subripText = (said: string): Pick<RawCue, "lines" | "markup"> => ({
  lines: subripLines(said),
  markup: /[<{\\]/.test(said) ? said : undefined,
});

/**
 * Finds where the text of a cue ends before the number of the next one, and that number; null when
 * there is none.
 */
function numberBefore(
  lines: readonly string[],
  at: number,
  next: number,
  before: number | null,
): { readonly end: number; readonly number: number | null } {
  let lastLine = next - 1;
  while (lastLine > at && lines[lastLine]?.trim() === "") lastLine--;
  const line = lines[lastLine] ?? "";
  if (lastLine <= at || !NUMBER.test(line)) return { end: next, number: null };
  const number = Number(line);
  const isOnly = lastLine === at + 1;
  if (at < 0) return { end: lastLine, number };
  // "42" may be what is said: the number of a cue stands right above its times, or is the next in
  // the row.
  const isNumber =
    number === (before ?? Number.NaN) + 1 ||
    (lastLine === next - 1 && !(isOnly && before === null));
  return isNumber ? { end: lastLine, number } : { end: next, number: null };
}
