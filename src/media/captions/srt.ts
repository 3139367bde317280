import { subripLines } from "./markup.ts";
import { parseTiming, type RawCue } from "./raw-cue.ts";

/**
 * SubRip as it is found: numbers and blank lines may be missing, times may have dots, no hours or one digit. Every line with two times around an arrow
 * begins a cue; a number alone on the line before it belongs to it.
 */
export function parseSrt(text: string): RawCue[] {
  const cues: RawCue[] = [];
  const lines = text.split("\n");
  const timings = lines.flatMap((line, at) => {
    const timing = parseTiming(line);
    return timing ? [{ at, ...timing }] : [];
  });
  timings.forEach(({ at, startMs, endMs }, i) => {
    const next = timings[i + 1];
    let end = next?.at ?? lines.length;
    if (next && end - 1 > at && /^\s*\d{1,7}\s*$/.test(lines[end - 1] ?? "")) end--;
    cues.push({ startMs, endMs, lines: subripLines(lines.slice(at + 1, end).join("\n").trim()) });
  });
  return cues;
}
