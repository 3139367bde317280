import { webvttLines } from "./markup.ts";
import { parseTiming, type RawCue, type Timing } from "./raw-cue.ts";

/** Blank lines before the signature are a mistake that players forgive. */
export const isWebvtt = (text: string): boolean =>
  /^WEBVTT(?:[ \t\n]|$)/.test(text.trimStart().slice(0, 7));

/** WebVTT by the rules of https://www.w3.org/TR/webvtt1/#file-parsing: blocks between blank lines; NOTE, STYLE and REGION are no cues. */
export function parseWebvtt(text: string): {
  readonly cues: RawCue[];
  readonly language: string | null;
} {
  const lines = text.trimStart().split("\n");
  let at = 0;
  let language: string | null = null;
  // YouTube writes the language into the header.
  while (at < lines.length && lines[at] !== "" && !lines[at]?.includes("-->")) {
    language ??=
      /^Language:\s*([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\s*$/.exec(lines[at] ?? "")?.[1] ?? null;
    at++;
  }
  const cues: RawCue[] = [];
  while (at < lines.length) {
    while (at < lines.length && lines[at] === "") at++;
    const block: string[] = [];
    let timing: Timing | null = null;
    while (at < lines.length && lines[at] !== "") {
      const line = lines[at] ?? "";
      if (line.includes("-->")) {
        // An arrow ends the block before it, even without a blank line.
        if (timing) {
          if (/^\d{1,7}$/.test(block.at(-1) ?? "")) block.pop();
          break;
        }
        const found = parseTiming(line);
        timing = found === "absurd" ? null : found;
        block.length = 0;
      } else block.push(line);
      at++;
    }
    if (timing) cues.push({ ...timing, lines: webvttLines(block.join("\n")) });
  }
  return { cues, language };
}
