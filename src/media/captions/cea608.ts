import type { RawCue, RawLine } from "./raw-cue.ts";

/** Two bytes of line 21 and when they were sent, in milliseconds. */
export interface Line21Pair {
  readonly atMs: number;
  readonly first: number;
  readonly second: number;
}

// The character sets of ANSI/CTA-608-E, section 5: where they differ from ASCII.
const BASIC: Readonly<Record<number, string>> = {
  0x2a: "á",
  0x5c: "é",
  0x5e: "í",
  0x5f: "ó",
  0x60: "ú",
  0x7b: "ç",
  0x7c: "÷",
  0x7d: "Ñ",
  0x7e: "ñ",
  0x7f: "█",
};
const SPECIAL = "®°½¿™¢£♪à èâêîôû";
const SPANISH_FRENCH = "ÁÉÓÚÜü‘¡*'—©℠•“”ÀÂÇÈÊËëÎÏïÔÙùÛ«»";
const PORTUGUESE_GERMAN = "ÃãÍÌìÒòÕõ{}\\^_|~ÄäÖöß¥¤│ÅåØø┌┐└┘";

/** Rows by the two bytes of a preamble address code. */
const ROWS: Readonly<Record<number, readonly [number, number]>> = {
  0x10: [11, 11],
  0x11: [1, 2],
  0x12: [3, 4],
  0x13: [12, 13],
  0x14: [14, 15],
  0x15: [5, 6],
  0x16: [7, 8],
  0x17: [9, 10],
};

type Rows = Map<number, string>;
type Mode = "pop-on" | "roll-up" | "paint-on" | "text";

interface Screen {
  mode: Mode;
  row: number;
  shown: Rows;
  /** What pop-on captions prepare while others are shown. */
  hidden: Rows;
  shownSinceMs: number;
  /** Whether the second channel of the field is being sent. */
  isOther: boolean;
  readonly cues: RawCue[];
}

/**
 * Decodes the first channel of closed captions (CC1), as ANSI/CTA-608-E has them. Pop-on captions
 * are cues from their appearance to their removal; each line that rolls up is a cue of its own.
 */
export function decodeLine21(pairs: Iterable<Line21Pair>): RawCue[] {
  const screen: Screen = {
    mode: "pop-on",
    row: 15,
    shown: new Map(),
    hidden: new Map(),
    shownSinceMs: 0,
    isOther: false,
    cues: [],
  };
  let before = -1;
  let lastMs = 0;
  for (const { atMs, first, second } of pairs) {
    // The highest bit is parity.
    const [high, low] = [first & 0x7f, second & 0x7f];
    const isControl = high >= 0x10 && high < 0x20;
    const code = isControl ? high * 256 + low : -1;
    // Controls are sent twice, in case one is lost.
    const isRepeated = isControl && code === before;
    before = isRepeated ? -1 : code;
    lastMs = atMs;
    if (isControl && !isRepeated) control(screen, high, low, atMs);
    else if (!isControl) writeBytes(screen, [high, low], atMs);
  }
  take(screen, lastMs);
  return screen.cues;
}

function writeBytes(screen: Screen, bytes: readonly number[], atMs: number): void {
  if (screen.isOther) return;
  for (const byte of bytes)
    if (byte >= 0x20) write(screen, BASIC[byte] ?? String.fromCharCode(byte), atMs);
}

function control(screen: Screen, high: number, low: number, atMs: number): void {
  screen.isOther = (high & 0x08) !== 0;
  if (screen.isOther) return;
  if (low >= 0x40) return address(screen, high, low, atMs);
  if (high === 0x14 || high === 0x15) return command(screen, low, atMs);
  if (high === 0x11 && low >= 0x30) write(screen, SPECIAL[low - 0x30] ?? "", atMs);
  else if (high === 0x11) write(screen, " ", atMs);
  else if (high === 0x12 || high === 0x13) {
    // An extended character takes the place of one that simpler decoders show.
    const set = high === 0x12 ? SPANISH_FRENCH : PORTUGUESE_GERMAN;
    erase(screen);
    write(screen, set[low - 0x20] ?? "", atMs);
  } else if (high === 0x17) write(screen, " ", atMs);
}

function address(screen: Screen, high: number, low: number, atMs: number): void {
  const row = ROWS[high]?.[low >= 0x60 ? 1 : 0] ?? 15;
  if (screen.mode === "roll-up" && row !== screen.row) take(screen, atMs);
  screen.row = row;
}

const rowsOf = (screen: Screen): Rows => (screen.mode === "pop-on" ? screen.hidden : screen.shown);

function write(screen: Screen, text: string, atMs: number): void {
  if (screen.mode === "text") return;
  if (screen.mode !== "pop-on" && screen.shown.size === 0) screen.shownSinceMs = atMs;
  const rows = rowsOf(screen);
  rows.set(screen.row, (rows.get(screen.row) ?? "") + text);
}

function erase(screen: Screen): void {
  const rows = rowsOf(screen);
  rows.set(screen.row, (rows.get(screen.row) ?? "").slice(0, -1));
}

/** Makes a cue of what was shown until now. */
function take(screen: Screen, atMs: number): void {
  const lines = [...screen.shown]
    .toSorted(([a], [b]) => a - b)
    .map(([, text]): RawLine => ({ text: text.replace(/\s+/g, " ").trim() }))
    .filter((line) => line.text !== "");
  if (lines.length > 0) screen.cues.push({ startMs: screen.shownSinceMs, endMs: atMs, lines });
  screen.shown = new Map();
}

function command(screen: Screen, low: number, atMs: number): void {
  if (low === 0x20) screen.mode = "pop-on";
  else if (low === 0x21) erase(screen);
  else if (low >= 0x25 && low <= 0x27) {
    if (screen.mode !== "roll-up") take(screen, atMs);
    screen.mode = "roll-up";
  } else if (low === 0x29) screen.mode = "paint-on";
  else if (low === 0x2a || low === 0x2b) screen.mode = "text";
  else if (low === 0x2c || low === 0x2d) take(screen, atMs);
  else if (low === 0x2e) screen.hidden = new Map();
  else if (low === 0x2f) {
    take(screen, atMs);
    screen.shown = screen.hidden;
    screen.hidden = new Map();
    screen.shownSinceMs = atMs;
    screen.mode = "pop-on";
  }
}
