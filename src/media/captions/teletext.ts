import type { RawCue } from "./raw-cue.ts";

/** A packet of a teletext track: data units of ETSI EN 300 472, and when they were sent. */
export interface TeletextPacket {
  readonly atMs: number;
  readonly data: Uint8Array;
}

/** A page as its number is read: magazine 1 to 8, then two hexadecimal digits. */
export interface TeletextPage {
  readonly magazine: number;
  readonly page: number;
}

/** Positions of letters that differ by nation (ETSI EN 300 706, table 36). */
const NATIONAL_AT = [0x23, 0x24, 0x40, 0x5b, 0x5c, 0x5d, 0x5e, 0x5f, 0x60, 0x7b, 0x7c, 0x7d, 0x7e];
/** By the control bits C12 to C14, C12 the lowest. */
const NATIONAL = [
  "£$@←½→↑#―¼‖¾÷",
  "éïàëêùî#èâôûç",
  "#¤ÉÄÖÅÜ_éäöåü",
  "#ůčťžýířéáěúš",
  "#$§ÄÖÜ^_°äöüß",
  "ç$¡áéíóú¿üñèà",
  "£$é°ç→↑#ùàòèì",
] as const;

/** Hamming 8/4: one wrong bit is mended. By the byte; -1 where more are wrong. */
const NIBBLES: Int8Array = (() => {
  const table = new Int8Array(256).fill(-1);
  for (let value = 0; value < 16; value++) {
    const byte = hamming(value);
    table[byte] = value;
    for (let bit = 0; bit < 8; bit++) table[byte ^ (1 << bit)] = value;
  }
  return table;
})();

/** The byte of four bits, as ETSI EN 300 706 has it in 8.2; the lowest bit is sent first. */
function hamming(value: number): number {
  const [d1, d2, d3, d4] = [0, 1, 2, 3].map((bit) => (value >> bit) & 1) as [
    number,
    number,
    number,
    number,
  ];
  const p1 = 1 ^ d1 ^ d3 ^ d4;
  const p2 = 1 ^ d1 ^ d2 ^ d4;
  const p3 = 1 ^ d1 ^ d2 ^ d3;
  const p4 = 1 ^ p1 ^ d1 ^ p2 ^ d2 ^ p3 ^ d3 ^ d4;
  return [p1, d1, p2, d2, p3, d3, p4, d4].reduce((byte, bit, i) => byte | (bit << i), 0);
}

const reverse = (byte: number): number => {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) reversed |= ((byte >> bit) & 1) << (7 - bit);
  return reversed;
};

const UNIT_BYTES = 44;
/** Data units of teletext, with subtitles and without. */
const isTeletextUnit = (id: number): boolean => id === 2 || id === 3;

/** The lines of 42 bytes in a packet, the lowest bit first. */
function* linesOf(data: Uint8Array): Generator<Uint8Array> {
  for (let at = 1; at + 2 <= data.length;) {
    const [id = 0, length = 0] = data.subarray(at, at + 2);
    if (isTeletextUnit(id) && length === UNIT_BYTES && at + 2 + length <= data.length)
      yield data.slice(at + 4, at + 2 + length).map(reverse);
    at += 2 + length;
  }
}

interface PageInWork {
  readonly atMs: number;
  readonly magazine: number;
  readonly nation: number;
  readonly rows: Map<number, Uint8Array>;
}

/** Rows beyond hold no text of the page itself. */
const LAST_ROW = 23;

/**
 * Decodes the subtitles of a teletext page: each state of the page is a cue, until the next one.
 * Where no page is named it is the first that is marked as subtitles.
 */
export function decodeTeletext(
  packets: Iterable<TeletextPacket>,
  wanted: TeletextPage | null,
): RawCue[] {
  const screen = createScreen();
  const take = createLineReader(wanted, ({ atMs, ...page }) => screen.show(atMs, textOf(page)));
  let lastMs = 0;
  for (const { atMs, data } of packets) {
    lastMs = Math.max(lastMs, atMs);
    for (const line of linesOf(data)) take(line, atMs);
  }
  take(null, lastMs);
  screen.show(lastMs, []);
  return screen.cues;
}

/** What viewers see, from one state to the next. */
function createScreen() {
  const cues: RawCue[] = [];
  let shown: { readonly startMs: number; readonly lines: readonly string[] } | undefined;
  return {
    cues,
    show(atMs: number, lines: readonly string[]): void {
      if (shown && shown.lines.join("\n") === lines.join("\n")) return;
      if (shown)
        cues.push({
          startMs: shown.startMs,
          endMs: atMs,
          lines: shown.lines.map((text) => ({ text })),
        });
      shown = lines.length > 0 ? { startMs: atMs, lines } : undefined;
    },
  };
}

/** Takes lines in the order in which they are sent, null at the end; tells the page's states. */
function createLineReader(
  wanted: TeletextPage | null,
  onState: (state: PageInWork) => void,
): (line: Uint8Array | null, atMs: number) => void {
  let page = wanted;
  let work: PageInWork | undefined;
  const finish = (): void => {
    if (work) onState(work);
    work = undefined;
  };
  const begin = (line: Uint8Array, magazine: number, atMs: number): void => {
    const header = headerOf(line);
    if (header.isSerial || work?.magazine === magazine) finish();
    if (header.isSubtitles) page ??= { magazine, page: header.page };
    if (page?.magazine === magazine && page.page === header.page)
      work = { atMs, magazine, nation: header.nation, rows: new Map() };
  };
  return (line, atMs) => {
    if (line === null) return finish();
    const { magazine, row } = addressOf(line);
    if (row === 0) begin(line, magazine, atMs);
    else if (work?.magazine === magazine && row > 0 && row <= LAST_ROW)
      work.rows.set(row, line.subarray(2));
  };
}

const nibble = (line: Uint8Array, at: number): number => NIBBLES[line[at] ?? 0] ?? -1;

/** `row` is -1 where the address is damaged. */
function addressOf(line: Uint8Array): { readonly magazine: number; readonly row: number } {
  const [low, high] = [nibble(line, 0), nibble(line, 1)];
  if (low < 0 || high < 0) return { magazine: 0, row: -1 };
  return { magazine: low & 7 || 8, row: (low >> 3) | (high << 1) };
}

function headerOf(line: Uint8Array) {
  const [units, tens, c6, c11] = [2, 3, 7, 9].map((at) => nibble(line, at));
  return {
    page: (tens ?? -1) < 0 || (units ?? -1) < 0 ? -1 : ((tens ?? 0) << 4) | (units ?? 0),
    isSubtitles: ((c6 ?? 0) & 8) !== 0,
    isSerial: ((c11 ?? 0) & 1) !== 0,
    nation: ((c11 ?? 0) >> 1) & 7,
  };
}

const START_BOX = 0x0b;
const END_BOX = 0x0a;

/** What stands in boxes; where a page has no box, all of it. */
function textOf({ rows, nation }: Pick<PageInWork, "rows" | "nation">): string[] {
  const ordered = [...rows].toSorted(([a], [b]) => a - b).map(([, bytes]) => bytes);
  const hasBoxes = ordered.some((bytes) => bytes.some((byte) => (byte & 0x7f) === START_BOX));
  return ordered.map((bytes) => rowText(bytes, nation, hasBoxes)).filter((text) => text !== "");
}

function rowText(bytes: Uint8Array, nation: number, hasBoxes: boolean): string {
  let [text, isInside, isMosaic] = ["", !hasBoxes, false];
  for (const byte of bytes) {
    const code = byte & 0x7f;
    if (code === START_BOX) isInside = true;
    else if (code === END_BOX && hasBoxes) isInside = false;
    // Colours of letters, and of blocks.
    if (code < 0x08) isMosaic = false;
    else if (code >= 0x10 && code < 0x18) isMosaic = true;
    const isBlock = isMosaic && (code & 0x20) !== 0;
    text += code < 0x20 || isBlock || !isInside || !hasOddParity(byte) ? " " : letter(code, nation);
  }
  return text.replace(/ +/g, " ").trim();
}

function letter(code: number, nation: number): string {
  const at = NATIONAL_AT.indexOf(code);
  if (code === 0x7f) return " ";
  return (at < 0 ? undefined : [...(NATIONAL[nation] ?? "")][at]) ?? String.fromCharCode(code);
}

function hasOddParity(byte: number): boolean {
  let ones = 0;
  for (let bit = 0; bit < 8; bit++) ones += (byte >> bit) & 1;
  return ones % 2 === 1;
}

/** Kinds of pages in a track's description (ETSI EN 300 468, 6.2.43): subtitles, also for deaf. */
const SUBTITLES = 2;
const SUBTITLES_FOR_DEAF = 5;

/**
 * The page of subtitles that a track describes: pairs of kind and magazine, and number. Null where
 * it describes none.
 * @returns its place among the pages too, by which its language is found.
 */
export function subtitlePage(
  description: Uint8Array | null,
): { readonly page: TeletextPage; readonly place: number } | null {
  const pages = Array.from({ length: Math.floor((description?.length ?? 0) / 2) }, (_, place) => {
    const [kind = 0, number = 0] = description?.subarray(place * 2, place * 2 + 2) ?? [];
    return { kind: kind >> 3, place, page: { magazine: kind & 7 || 8, page: number } };
  });
  const found =
    pages.find(({ kind }) => kind === SUBTITLES) ??
    pages.find(({ kind }) => kind === SUBTITLES_FOR_DEAF);
  return found ? { page: found.page, place: found.place } : null;
}

/** Languages that are sent in letters which are not decoded here. */
const OTHER_LETTERS = new Set("ru uk be bg sr mk el ar fa he".split(" "));

export const isInLatinLetters = (language: string | null): boolean =>
  language === null || !OTHER_LETTERS.has(language.split("-")[0] ?? "");
