import { webvttLines } from "./markup.ts";
import { parseTiming, type RawCue, type CueTiming } from "./raw-cue.ts";

/** Blank lines before the signature are a mistake that players forgive. */
export const isWebvtt = (text: string): boolean =>
  /^WEBVTT(?:[ \t\n]|$)/.test(text.trimStart().slice(0, 7));

/**
 * Parses WebVTT by the rules of https://www.w3.org/TR/webvtt1/#file-parsing: blocks between blank
 * lines, of which NOTE, STYLE and REGION are no cues. YouTube writes the language into the header.
 */
export function parseWebvtt(text: string): {
  readonly cues: RawCue[];
  readonly language: string | null;
} {
  const lines = text.trimStart().split("\n");
  const headerEnd = lines.findIndex((line) => line === "" || line.includes("-->"));
  const header = headerEnd < 0 ? lines : lines.slice(0, headerEnd);
  const body = headerEnd < 0 ? [] : lines.slice(headerEnd);
  const cues = [...timedBlocks(body)].map(({ timing, said }) => ({
    ...timing,
    lines: webvttLines(said.join("\n")),
  }));
  return { cues, language: header.map(languageIn).find((one) => one !== undefined) ?? null };
}

const languageIn = (headerLine: string): string | undefined =>
  /^Language:\s*([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\s*$/.exec(headerLine)?.[1];

interface TimedBlock {
  readonly timing: CueTiming;
  readonly said: readonly string[];
}

/** The blocks that have times. An arrow begins a block even without a blank line before it. */
function* timedBlocks(lines: readonly string[]): Generator<TimedBlock> {
  let timing: CueTiming | null = null;
  let said: string[] = [];
  for (const line of [...lines, ""]) {
    const isArrow = line.includes("-->");
    if (line !== "" && !isArrow) {
      said.push(line);
      continue;
    }
    // The number right above an arrow belongs to the cue that begins there.
    if (isArrow && /^\d{1,7}$/.test(said.at(-1) ?? "")) said.pop();
    if (timing) yield { timing, said };
    timing = isArrow ? timingOf(line) : null;
    said = [];
  }
}

function timingOf(line: string): CueTiming | null {
  const timing = parseTiming(line);
  return timing === "absurd" ? null : timing;
}
