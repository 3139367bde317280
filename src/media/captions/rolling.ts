import type { RawCue } from "./raw-cue.ts";

/** Cues further apart than this repeat on purpose. */
const NEAR_MS = 500;

/** Nothing can be said in so short a time. */
const BLIP_MS = 50;
const isBlip = ({ startMs, endMs }: RawCue): boolean => endMs - startMs <= BLIP_MS;

/** So many rolling cues, and such a share of all, make a file of automatic captions. */
const MIN_ROLLING = 2;
const MIN_SHARE = 0.1;

/**
 * Automatic captions roll: each cue shows the line before again above the new one, with cues of some milliseconds between. In such a file lines at the
 * start of a cue that the cue just before ends with are taken out; what is left keeps its own times. In others, where people do say a thing
 * twice, only a cue that repeats all of one that it overlaps goes, or of one it touches when either is too short to be said.
 */
export function unroll(cues: readonly RawCue[]): RawCue[] {
  const isRolling = looksRolling(cues);
  const kept: RawCue[] = [];
  let shown: RawCue | undefined;
  for (const cue of cues) {
    const isNear =
      shown !== undefined &&
      cue.startMs - shown.endMs <=
        (isRolling ? NEAR_MS : isBlip(cue) || isBlip(shown) ? BLIP_MS : -1);
    const repeated = isNear && shown ? overlap(shown, cue) : 0;
    const last = kept.at(-1);
    if (
      isRolling
        ? repeated < cue.lines.length
        : repeated < cue.lines.length || repeated !== shown?.lines.length
    )
      kept.push(isRolling ? { ...cue, lines: cue.lines.slice(repeated) } : cue);
    else if (last && cue.lines.length > 0)
      kept[kept.length - 1] = { ...last, endMs: Math.max(last.endMs, cue.endMs) };
    if (cue.lines.length > 0)
      shown = isNear && shown ? { ...cue, endMs: Math.max(shown.endMs, cue.endMs) } : cue;
  }
  return kept;
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
