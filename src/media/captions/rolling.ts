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
 * Automatic captions roll: each cue shows the line before again above the new one, with cues of
 * some milliseconds between. In such a file this removes the lines at the start of a cue that the
 * cue just before ends with; what is left keeps its own times. In other files, where people do say
 * a thing twice, it removes only a cue that repeats the whole of one that it overlaps, or of one
 * that it touches when either is too short to be said.
 */
export function unroll(cues: readonly RawCue[]): RawCue[] {
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
  const last = kept.at(-1);
  if (last) kept[kept.length - 1] = { ...last, endMs: Math.max(last.endMs, endMs) };
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
