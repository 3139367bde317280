import { displayWidth } from "../../../terminal/style.ts";

/**
 * How many lines of the screen each part of the interactive search gets. Together they never are
 * more than the screen has.
 */
export interface Layout {
  readonly height: number;
  /** How many hits are shown at a time. */
  readonly page: number;
  /**
   * The lines for what is said around the selected hit; 0 where there is no room for them, nor for
   * the rules above and below the list.
   */
  readonly around: number;
  /** The line for the keys, or for a note. */
  readonly notes: number;
}

const QUESTION = 1;
const RULES = 2;
const MIN_AROUND = 2;
const MAX_NOTES = 4;

export function layoutOf(rows: number, columns: number, note: string | undefined): Layout {
  // Ink clears the whole terminal for a picture that fills it, which flickers.
  const height = Math.max(3, rows - 1);
  const spare = height - QUESTION - 1;
  const wanted = note === undefined ? 1 : Math.min(MAX_NOTES, linesOf(note, columns));
  const notes = Math.min(wanted, Math.max(1, spare));
  const room = height - QUESTION - notes;
  const shared = room - RULES;
  if (shared < 2 * MIN_AROUND) return { height, page: Math.max(0, room), around: 0, notes };
  const page = Math.floor(shared / 2);
  return { height, page, around: shared - page, notes };
}

/** How many lines a text takes: one more than its letters need, because it breaks between words. */
export const linesOf = (text: string, columns: number): number => {
  const width = displayWidth(text);
  return width <= columns ? 1 : Math.ceil(width / columns) + 1;
};

/**
 * How many of the lines before the selected hit are shown, so that its own words are seen and some
 * of what follows.
 */
export const linesBefore = (around: number, own: number): number =>
  Math.max(0, Math.min(Math.floor(around / 2), around - own - 1));

/** Part of a line that a path may take, so that there is room for the words that match. */
const PATH_SHARE = 0.4;
const MIN_PATH = 14;

/** The end of a path says most; what is cut before it is shown as one sign. */
export function shortPath(path: string, columns: number): string {
  const most = Math.max(MIN_PATH, Math.floor(columns * PATH_SHARE));
  if (displayWidth(path) <= most) return path;
  const letters = [...path];
  let kept = letters.length;
  for (let width = 1; kept > 0; kept--) {
    width += displayWidth(letters[kept - 1] ?? "");
    if (width > most) break;
  }
  return `…${letters.slice(kept).join("")}`;
}
