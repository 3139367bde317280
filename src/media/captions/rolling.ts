import type { RawCue } from "./raw-cue.ts";

/** Cues further apart than this repeat on purpose. */
const NEAR_MS = 500;

/** Nothing can be said in so short a time. */
const BLIP_MS = 50;
const isBlip = ({ startMs, endMs }: RawCue): boolean => endMs - startMs <= BLIP_MS;

/**
 * A file is one of automatic captions when it has this many rolling cues, and this share of all.
 */
const MIN_ROLLING = 2;
const MIN_SHARE = 0.1;

/**
 * Says once what captions show again and again: cues that highlight one word after another, lines
 * that grow word by word, and lines that roll up.
 */
export const unroll = (cues: readonly RawCue[]): RawCue[] =>
  unrollLines(joinGrowing(joinHighlights(cues)));

/** Cues of one text with another word marked each time follow each other without a pause. */
const HIGHLIGHT_GAP_MS = 150;

/**
 * Joins neighbours that have the same words and differ in markup. A person who says a thing twice
 * has no other markup the second time.
 */
function joinHighlights(cues: readonly RawCue[]): RawCue[] {
  const joined: RawCue[] = [];
  for (const cue of cues) {
    const lastJoined = joined.at(-1);
    if (
      lastJoined &&
      cue.lines.length > 0 &&
      marksOf(cue) !== marksOf(lastJoined) &&
      cue.startMs - lastJoined.endMs <= HIGHLIGHT_GAP_MS &&
      textOf(cue).includes(" ") &&
      isSameLines(cue, lastJoined)
    )
      joined[joined.length - 1] = {
        ...lastJoined,
        endMs: Math.max(lastJoined.endMs, cue.endMs),
        markup: cue.markup ?? textOf(cue),
        lines: unmarked(lastJoined.lines),
      };
    else joined.push(cue);
  }
  return joined;
}

/** What marks the words of a cue; it is where the cue differs from others of the same words. */
const marksOf = (cue: RawCue): string | undefined =>
  cue.markup ?? (textOf(cue).search(MARKED_WORD) >= 0 ? textOf(cue) : undefined);

/** One word that is marked by signs: `the [old] bridge`, `the *old* bridge`. */
const MARKED_WORD = /(?<=^|\s)(?:\[([^\s[\]]+)\]|\*([^\s*]+)\*|_([^\s_]+)_)(?=\s|$|[.,!?])/gu;
const unmarkedText = (text: string): string => text.replace(MARKED_WORD, "$1$2$3");
const unmarked = (lines: RawCue["lines"]): RawCue["lines"] =>
  lines.map((line) => ({ ...line, text: unmarkedText(line.text) }));

/** Whether two cues show the same words of the same speakers, wherever their lines break. */
const isSameLines = (a: RawCue, b: RawCue): boolean =>
  unmarkedText(textOf(a)) === unmarkedText(textOf(b)) &&
  a.lines[0]?.speaker === b.lines[0]?.speaker;

const textOf = ({ lines }: RawCue): string => lines.map(({ text }) => text).join(" ");

/** Whether a cue shows what the one before shows, and more after it. */
function grows(before: RawCue | undefined, cue: RawCue): boolean {
  if (!before || cue.startMs - before.endMs > NEAR_MS) return false;
  if (before.lines[0]?.speaker !== cue.lines[0]?.speaker) return false;
  const [short, long] = [textOf(before), textOf(cue)];
  return short !== "" && long.length > short.length && long.startsWith(short);
}

/**
 * Joins lines that grow. It happens that somebody says "Yes." and then "Yes, I do.": only a file in
 * which three cues in a row grow, again and again, is one of growing lines.
 */
function joinGrowing(cues: readonly RawCue[]): RawCue[] {
  const growing = cues.map((cue, i) => grows(cues[i - 1], cue));
  const steps = growing.filter((isOne, i) => isOne && growing[i - 1]).length;
  if (steps < MIN_ROLLING || steps < cues.length * MIN_SHARE) return [...cues];
  const joined: RawCue[] = [];
  cues.forEach((cue, i) => {
    const lastJoined = joined.at(-1);
    // Spoken words of the whole come with the last; the first tells when it began.
    if (growing[i] && lastJoined)
      joined[joined.length - 1] = { ...cue, startMs: lastJoined.startMs };
    else joined.push(cue);
  });
  return joined;
}

/**
 * Automatic captions roll: each cue shows the line before again above the new one, with cues of
 * some milliseconds between. In such a file this removes the lines at the start of a cue that the
 * cue just before ends with; what is left keeps its own times. In other files, where people do say
 * a thing twice, it removes only a cue that repeats the whole of one that it overlaps, or of one
 * that it touches when either is too short to be said.
 */
function unrollLines(cues: readonly RawCue[]): RawCue[] {
  const isRolling = looksRolling(cues);
  const kept: RawCue[] = [];
  let shown: RawCue | undefined;
  for (const cue of cues) {
    const before = shown && isNear(shown, cue, isRolling) ? shown : undefined;
    const rest = withoutRepeats(cue, before, isRolling);
    if (rest) kept.push(rest);
    if (cue.lines.length === 0) continue;
    if (!rest) extendLast(kept, cue);
    shown = before ? { ...cue, endMs: Math.max(before.endMs, cue.endMs) } : cue;
  }
  return kept;
}

/** What of a cue is new after the one before; undefined when nothing is. */
function withoutRepeats(
  cue: RawCue,
  before: RawCue | undefined,
  isRolling: boolean,
): RawCue | undefined {
  const repeated = before ? overlap(before, cue) : 0;
  const isNew = repeated < cue.lines.length;
  if (isRolling) return isNew ? { ...cue, lines: cue.lines.slice(repeated) } : undefined;
  return isNew || repeated !== before?.lines.length ? cue : undefined;
}

/** Whether a cue follows the one that was shown so closely that it may repeat it. */
function isNear(shown: RawCue, cue: RawCue, isRolling: boolean): boolean {
  const gapMs = cue.startMs - shown.endMs;
  if (isRolling) return gapMs <= NEAR_MS;
  return gapMs <= (isBlip(cue) || isBlip(shown) ? BLIP_MS : -1);
}

/** The last cue stays on the screen until the end of one that repeats it. */
function extendLast(kept: RawCue[], { endMs }: RawCue): void {
  const lastKept = kept.at(-1);
  if (lastKept) kept[kept.length - 1] = { ...lastKept, endMs: Math.max(lastKept.endMs, endMs) };
}

function looksRolling(cues: readonly RawCue[]): boolean {
  let rolling = 0;
  cues.forEach((cue, i) => {
    const before = cues[i - 1];
    if (
      before &&
      cue.startMs - before.endMs <= NEAR_MS &&
      overlap(before, cue) > 0 &&
      (cue.lines.length > 1 || before.lines.length > 1)
    )
      rolling++;
  });
  return rolling >= MIN_ROLLING && rolling >= cues.length * MIN_SHARE;
}

/** No captions show more lines than this at once. */
const MAX_LINES = 8;

/** How many lines at the end of `before` are those at the start of `after`. */
function overlap({ lines: before }: RawCue, { lines: after }: RawCue): number {
  const isEnd = (n: number): boolean => {
    for (let i = 0; i < n; i++) {
      const one = before[before.length - n + i];
      if (one?.text !== after[i]?.text || one?.speaker !== after[i]?.speaker) return false;
    }
    return true;
  };
  if (before.length === after.length && isEnd(after.length)) return after.length;
  for (let n = Math.min(before.length, after.length, MAX_LINES); n > 0; n--) if (isEnd(n)) return n;
  return 0;
}
