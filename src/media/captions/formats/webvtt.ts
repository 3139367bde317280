import type { Word } from "../../../types.ts";
import type { CaptionFormatSpec } from "../caption-format.ts";
import { parseLanguageTag } from "../languages.ts";
import { plain, webvttLines } from "../markup.ts";
import {
  parseTime,
  parseTiming,
  type RawCaptions,
  type RawCue,
  type CueTiming,
  textBesideTiming,
} from "../raw-cue.ts";

/** Blank lines before the signature are a mistake that players forgive. */
const isWebvtt = (text: string): boolean =>
  /^WEBVTT(?:[ \t\n]|$)/.test(text.trimStart().slice(0, 7));

export const WEBVTT: CaptionFormatSpec = {
  name: "webvtt",
  title: "WebVTT",
  specification: "https://www.w3.org/TR/webvtt1/",
  endings: [".vtt", ".webvtt"],
  sharedEndings: [".txt"],
  matches: isWebvtt,
  mayBeEmpty: true,
  read: parseWebvtt,
};

/**
 * Parses WebVTT by the rules of https://www.w3.org/TR/webvtt1/#file-parsing: blocks between blank
 * lines, of which NOTE, STYLE and REGION are no cues. YouTube writes the language into the header.
 */
function parseWebvtt(text: string): RawCaptions {
  const start = text.length - text.trimStart().length;
  const before = text.slice(0, start).split("\n").length - 1;
  const lines = text.slice(start).split("\n");
  const headerEnd = lines.findIndex((line) => line === "" || line.includes("-->"));
  const header = headerEnd < 0 ? lines : lines.slice(0, headerEnd);
  const body = headerEnd < 0 ? [] : lines.slice(headerEnd);
  const { cues, dropped } = readBlocks(body, before + header.length);
  return {
    cues,
    dropped,
    language: header.map(languageIn).find((one) => one !== undefined) ?? null,
  };
}

function languageIn(headerLine: string): string | undefined {
  const said = /^Language:\s*([A-Za-z][\w-]{1,30})\s*$/i.exec(headerLine)?.[1];
  return said === undefined ? undefined : (parseLanguageTag(said) ?? undefined);
}

interface Block {
  readonly timing: CueTiming | "absurd";
  readonly line: number;
  /** Text behind the times; it counts where there is no other, else it is taken for settings. */
  readonly beside: string;
  readonly said: string[];
  /**
   * Whether a blank line stands between the times and the text. Whoever writes so means no end of
   * the cue by a blank line; the times of the next cue end it.
   */
  isLoose: boolean;
  isClosed: boolean;
}

const IS_META = /^(?:NOTE|STYLE|REGION)(?:[ \t]|$)/;

interface Reading {
  readonly blocks: Block[];
  readonly dropped: number[];
  /** Lines that belong to no cue: the name of the next one, or left out. */
  loose: number[];
  isMeta: boolean;
}

/**
 * Reads what has times. An arrow begins a cue even without a blank line before it.
 * @param offset lines of the file before the first of `lines`.
 */
function readBlocks(
  lines: readonly string[],
  offset: number,
): { readonly cues: RawCue[]; readonly dropped: number[] } {
  const reading: Reading = { blocks: [], dropped: [], loose: [], isMeta: false };
  lines.forEach((line, at) =>
    readLine(reading, line, {
      number: offset + at + 1,
      isAfterBlank: (lines[at - 1] ?? "") === "",
    }),
  );
  const { cues, untimed } = cuesOf(reading.blocks);
  const dropped = [...reading.dropped, ...reading.loose, ...untimed];
  return { cues, dropped: dropped.toSorted((a, b) => a - b) };
}

interface LinePlace {
  /** From 1. */
  readonly number: number;
  readonly isAfterBlank: boolean;
}

function readLine(reading: Reading, line: string, place: LinePlace): void {
  const block = reading.blocks.at(-1);
  const timing = line.includes("-->") ? parseTiming(line) : undefined;
  if (timing !== undefined && !(reading.isMeta && timing === null))
    beginCue(reading, timing ?? "absurd", { ...place, text: textBesideTiming(line) });
  else if (line === "") {
    reading.isMeta = false;
    if (block) addBlank(block);
  } else if (reading.isMeta || (place.isAfterBlank && IS_META.test(line))) {
    reading.isMeta = true;
    if (block) block.isClosed = true;
  } else if (block?.isClosed === false) block.said.push(line);
  else reading.loose.push(place.number);
}

function beginCue(
  reading: Reading,
  timing: Block["timing"],
  { number, isAfterBlank, text }: LinePlace & { readonly text: string },
): void {
  const block = reading.blocks.at(-1);
  if (block?.isClosed === false) dropName(block.said);
  // The line right above an arrow is the name of the cue.
  const leftOut = isAfterBlank ? reading.loose : reading.loose.slice(0, -1);
  for (const line of leftOut) reading.dropped.push(line);
  reading.loose = [];
  reading.isMeta = false;
  reading.blocks.push(newBlock(timing, number, text));
}

/** An arrow without times begins nothing that could be placed: it is "absurd". */
const newBlock = (timing: Block["timing"], line: number, text: string): Block => ({
  timing,
  line,
  beside: text,
  said: [],
  isLoose: false,
  isClosed: false,
});

function addBlank(block: Block): void {
  if (block.isClosed) return;
  if (block.said.length === 0) block.isLoose = true;
  else if (block.isLoose) block.said.push("");
  else block.isClosed = true;
}

/** `untimed`: the lines of arrows without times that have text below them. */
function cuesOf(blocks: readonly Block[]): { cues: RawCue[]; untimed: number[] } {
  const untimed: number[] = [];
  const cues = blocks.flatMap(({ timing, line, said, beside }): RawCue[] => {
    const text = said.join("\n").trim() || beside;
    if (timing === "absurd" && text !== "") untimed.push(line);
    if (timing === "absurd") return [];
    return [
      {
        ...timing,
        lines: webvttLines(text),
        markup: text.includes("<") ? text : undefined,
        words: timedWords(text, timing),
      },
    ];
  });
  return { cues, untimed };
}

const STAMP = /<(\d[\d:.]{4,14})>/;

/**
 * The words of the lines that have times inside, each from its time to the next; null where a time
 * stands before more than one word.
 */
function timedWords(text: string, { startMs, endMs }: CueTiming): Word[] | null {
  if (!STAMP.test(text)) return null;
  const lines = text.split("\n");
  const first = lines.findIndex((line) => STAMP.test(line));
  // Parts between times, each time before its part.
  const parts = lines.slice(first).join("\n").split(STAMP);
  const words: Word[] = [];
  for (let i = 0; i < parts.length; i += 2) {
    const said = plain(
      webvttLines(parts[i] ?? "")
        .map((line) => line.text)
        .join(" "),
    );
    const from = i === 0 ? startMs : parseTime(parts[i - 1] ?? "");
    const until = parseTime(parts[i + 1] ?? "") ?? endMs;
    if (said === "") continue;
    if (said.includes(" ") || from === null) return null;
    words.push({ text: said, startMs: from, endMs: Math.max(from, until), confidence: null });
  }
  return words.length > 1 ? words : null;
}

/** Takes the name of the next cue off the text of one before. */
function dropName(said: string[]): void {
  const isNamed = /^\d{1,7}$/.test(said.at(-1) ?? "");
  const isAfterBlank = said.at(-2) === "" && said.at(-1) !== "";
  if (isNamed || isAfterBlank) said.pop();
}
