import type { RawCue, RawLine } from "./raw-cue.ts";

/** `undefined`: the line goes on with who spoke before; null: somebody else, unnamed. */
export interface SpokenLine {
  readonly text: string;
  readonly speaker: string | null | undefined;
}

/** Loud words before a colon that are no names. */
const NO_NAMES = new Set("note warning caution music sound applause laughter update breaking news chapter part section question answer example http https subtitles captions translation"
  .split(" "));
const NAME = /^(?:\[([^[\]]{1,40})\]\s?:?|([\p{L}\d][\p{L}\p{M}\d.'’\- ]{0,40}?(?:\s?\([^()]{1,30}\))?)\s?:)(?:\s+|$)(?=\S|$)/u;

/** Who speaks each line of a whole file. `[Name]:` always counts. Names in mixed case count when a file uses them as names: more than once, or two words and more. */
export function speakersOf(cues: readonly RawCue[]): (cue: RawCue) => SpokenLine[] {
  const counts = new Map<string, number>();
  for (const { lines } of cues)
    for (const { text } of lines) {
      const name = nameOf(text)?.name;
      if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  const isName = (name: string): boolean => {
    const words = name.split(/\s+/);
    if (NO_NAMES.has(name.toLowerCase()) || words.length > 4 || !/\p{L}/u.test(name)) return false;
    if (name === name.toUpperCase() && name !== name.toLowerCase()) return true;
    return words.every((word) => /^[\p{Lu}\d]/u.test(word)) && (words.length > 1 || (counts.get(name) ?? 0) > 1);
  };
  return ({ lines }) => lines.map((line, i) => spoken(line, i, lines, isName));
}

function spoken(line: RawLine, index: number, lines: readonly RawLine[], isName: (name: string) => boolean): SpokenLine {
  if (line.speaker !== undefined) return { text: line.text, speaker: line.speaker };
  const [, turn = "", rest = line.text] = /^(>{2,3}|&gt;&gt;)\s*(.+)$/u.exec(line.text) ?? [];
  const dash = turn === "" ? /^[-–—‐]\s*(\S.*)$/u.exec(rest)?.[1] : undefined;
  const text = dash ?? rest;
  const found = nameOf(text);
  if (found && found.rest !== "" && (found.isBracketed || isName(found.name))) return { text: found.rest, speaker: found.name };
  // A name alone on its line speaks what follows.
  if (found && found.rest === "" && isName(found.name) && index < lines.length - 1) return { text: "", speaker: found.name };
  if (turn !== "") return { text: rest, speaker: null };
  const isDialogue = dash !== undefined && lines.some((other, at) => at !== index && /^[-–—‐]\s*\S/u.test(other.text));
  return isDialogue || (dash !== undefined && lines.length === 1) ? { text: dash, speaker: null } : { text: line.text, speaker: undefined };
}

function nameOf(text: string): { readonly name: string; readonly rest: string; readonly isBracketed: boolean } | undefined {
  const match = NAME.exec(text);
  const name = (match?.[1] ?? match?.[2])?.trim();
  // "[laughs]" without a colon describes a sound.
  if (!match || name === undefined || (match[1] !== undefined && !match[0].includes(":"))) return undefined;
  return { name, rest: text.slice(match[0].length).trim(), isBracketed: match[1] !== undefined };
}
