import type { CaptionFormatSpec, ReadContext } from "../caption-format.ts";
import { unreadable } from "../json.ts";
import { plain } from "../markup.ts";
import type { RawCaptions, RawCue, RawLine } from "../raw-cue.ts";

export const EBU_STL: CaptionFormatSpec = {
  name: "ebu-stl",
  title: "EBU STL",
  specification: "https://tech.ebu.ch/docs/tech/tech3264.pdf",
  endings: [],
  sharedEndings: [".stl"],
  isBinary: true,
  matches: (head) => /^.{3}STL\d\d\.\d\d/s.test(head),
  mayBeEmpty: true,
  read: parseStl,
};

const HEADER_BYTES = 1024;
const BLOCK_BYTES = 128;
const TEXT_AT = 16;
/** A block that another one of the same subtitle follows has a lower number. */
const LAST_BLOCK = 0xff;
const USER_DATA = 0xfe;

/** Code pages by the table number in the header; 00 is ISO 6937. */
const PAGES: Readonly<Record<string, string>> = {
  "01": "iso-8859-5",
  "02": "iso-8859-6",
  "03": "iso-8859-7",
  "04": "iso-8859-8",
};
/** Language codes of EBU Tech 3264, appendix 3, in hexadecimal. */
const LANGUAGES: Readonly<Record<string, string>> = {
  "01": "sq",
  "02": "br",
  "03": "ca",
  "04": "hr",
  "05": "cy",
  "06": "cs",
  "07": "da",
  "08": "de",
  "09": "en",
  "0A": "es",
  "0D": "et",
  "0E": "eu",
  "0F": "fr",
  "11": "ga",
  "12": "gd",
  "13": "gl",
  "14": "is",
  "15": "it",
  "18": "lv",
  "1A": "lt",
  "1B": "hu",
  "1C": "mt",
  "1D": "nl",
  "1E": "no",
  "20": "pl",
  "21": "pt",
  "22": "ro",
  "24": "sr",
  "25": "sk",
  "26": "sl",
  "27": "fi",
  "28": "sv",
  "29": "tr",
};

/**
 * Parses EBU Tech 3264: a header of 1024 bytes, then blocks of 128 bytes with times in frames and
 * text. Times count from the start of the programme that the header names.
 */
function parseStl(_: string, { bytes }: ReadContext): RawCaptions {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = file.toString("latin1", 0, HEADER_BYTES);
  const rate = Number(/STL(\d\d)/.exec(header.slice(3, 11))?.[1] ?? 25);
  if (file.length < HEADER_BYTES || rate === 0) throw unreadable("the header is not of EBU STL");
  const decode = decoderOf(header.slice(12, 14));
  const startMs = programmeStart(header.slice(256, 264), rate);
  const cues: RawCue[] = [];
  let text: number[] = [];
  for (let offset = HEADER_BYTES; offset + BLOCK_BYTES <= file.length; offset += BLOCK_BYTES) {
    const block = file.subarray(offset, offset + BLOCK_BYTES);
    const [extension, isComment] = [block[3], block[15] === 1];
    if (extension === USER_DATA || isComment) continue;
    const end = block.indexOf(UNUSED, TEXT_AT);
    text.push(...block.subarray(TEXT_AT, end < 0 ? BLOCK_BYTES : end));
    if (extension !== LAST_BLOCK) continue;
    const lines = readLines(text, decode);
    text = [];
    cues.push({ startMs: timeAt(block, 5, rate), endMs: timeAt(block, 9, rate), lines });
  }
  const language = LANGUAGES[header.slice(14, 16).toUpperCase()] ?? null;
  // Some programs name a start in the header and count from zero all the same.
  const isFromStart = cues.every((cue) => cue.startMs >= startMs - LEAD_MS);
  return { cues: isFromStart ? cues.map((cue) => sooner(cue, startMs)) : cues, language };
}

/** Countdowns before the programme have captions now and then. */
const LEAD_MS = 120_000;

const sooner = (cue: RawCue, ms: number): RawCue => ({
  ...cue,
  startMs: cue.startMs - ms,
  endMs: cue.endMs - ms,
});

const frameMs = (frames: number, rate: number): number => Math.round((frames * 1000) / rate);

const timeAt = (block: Buffer, offset: number, rate: number): number =>
  (block[offset] ?? 0) * 3_600_000 +
  (block[offset + 1] ?? 0) * 60_000 +
  (block[offset + 2] ?? 0) * 1000 +
  frameMs(block[offset + 3] ?? 0, rate);

/** "HHMMSSFF". */
function programmeStart(code: string, rate: number): number {
  if (!/^\d{8}$/.test(code)) return 0;
  const [hours = 0, minutes = 0, seconds = 0, frames = 0] = (code.match(/\d\d/g) ?? []).map(Number);
  return hours * 3_600_000 + minutes * 60_000 + seconds * 1000 + frameMs(frames, rate);
}

const NEW_LINE = 0x8a;
const UNUSED = 0x8f;

function readLines(text: readonly number[], decode: (line: Uint8Array) => string): RawLine[] {
  const lines: number[][] = [[]];
  for (const byte of text) {
    if (byte === NEW_LINE) lines.push([]);
    // Colours of teletext take the place of a space; italics and the like have none.
    else if (byte < 0x20) lines.at(-1)?.push(0x20);
    else if (byte < 0x80 || byte > 0x9f) lines.at(-1)?.push(byte);
  }
  return lines
    .map((line): RawLine => ({ text: plain(decode(Uint8Array.from(line))) }))
    .filter((line) => line.text !== "");
}

function decoderOf(table: string): (line: Uint8Array) => string {
  const page = PAGES[table];
  if (page === undefined) return decodeIso6937;
  const decoder = new TextDecoder(page);
  return (line) => decoder.decode(line);
}

/** Accents of ISO 6937, which stand before their letter, as combining characters. */
const ACCENTS: Readonly<Record<number, string>> = {
  0xc1: "\u0300",
  0xc2: "\u0301",
  0xc3: "\u0302",
  0xc4: "\u0303",
  0xc5: "\u0304",
  0xc6: "\u0306",
  0xc7: "\u0307",
  0xc8: "\u0308",
  0xca: "\u030a",
  0xcb: "\u0327",
  0xcd: "\u030b",
  0xce: "\u0328",
  0xcf: "\u030c",
};
/** The upper half of ISO 6937 without accents, from 0xa0 and from 0xd0; spaces are not used. */
const FROM_A0 = " ¡¢£$¥#§¤‘“«←↑→↓°±²³×µ¶·÷’”»¼½¾¿";
const FROM_D0 = "―¹®©™♪¬¦    ⅛⅜⅝⅞ΩÆĐªĦ ĲĿŁØŒºÞŦŊŉĸæđðħıĳŀłøœßþŧŋ ";

function decodeIso6937(line: Uint8Array): string {
  let text = "";
  let accent = "";
  for (const byte of line) {
    const combining = ACCENTS[byte];
    if (combining !== undefined) {
      accent = combining;
      continue;
    }
    text += letterOf(byte) + accent;
    accent = "";
  }
  return text.normalize("NFC");
}

function letterOf(byte: number): string {
  if (byte < 0x80) return String.fromCharCode(byte);
  return (byte < 0xc0 ? FROM_A0[byte - 0xa0] : FROM_D0[byte - 0xd0]) ?? "";
}
