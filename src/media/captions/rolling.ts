import type { RawCue } from "./raw-cue.ts";

/** Cues further apart than this repeat on purpose. */
const NEAR_MS = 500;

/** So many rolling cues, and such a share of all, make a file of automatic captions. */
const LEAST_ROLLING = 2;
const LEAST_SHARE = 0.1;

/**
 * Automatic captions roll: each cue shows the line before again above the new one, with cues of some milliseconds between. In such a file lines at the
 * start of a cue that the cue just before ends with are taken out; what is left keeps its own times. In others, where people do say a thing
 * twice, only a cue that repeats all of one that it overlaps goes.
 */
export function unroll(cues: readonly RawCue[]): RawCue[] {
  const isRolling = looksRolling(cues);
  const kept: RawCue[] = [];
  let shown: RawCue | undefined;
  for (const cue of cues) {
    const isNear = shown !== undefined && cue.startMs - shown.endMs <= (isRolling ? NEAR_MS : -1);
    const repeated = isNear && shown ? overlap(shown, cue) : 0;
    const last = kept.at(-1);
    if (isRolling ? repeated < cue.lines.length : repeated < cue.lines.length || repeated !== shown?.lines.length)
      kept.push(isRolling ? { ...cue, lines: cue.lines.slice(repeated) } : cue);
    else if (last && cue.lines.length > 0) kept[kept.length - 1] = { ...last, endMs: Math.max(last.endMs, cue.endMs) };
    if (cue.lines.length > 0) shown = isNear && shown ? { ...cue, endMs: Math.max(shown.endMs, cue.endMs) } : cue;
  }
  return kept;
}

function looksRolling(cues: readonly RawCue[]): boolean {
  let rolling = 0;
  cues.forEach((cue, i) => {
    const before = cues[i - 1];
    if (before && cue.startMs - before.endMs <= NEAR_MS && overlap(before, cue) > 0 && (cue.lines.length > 1 || before.lines.length > 1)) rolling++;
  });
  return rolling >= LEAST_ROLLING && rolling >= cues.length * LEAST_SHARE;
}

/** How many lines at the end of `before` are those at the start of `after`. */
function overlap({ lines: before }: RawCue, { lines: after }: RawCue): number {
  for (let n = Math.min(before.length, after.length); n > 0; n--)
    if (before.slice(-n).every(({ text, speaker }, i) => text === after[i]?.text && speaker === after[i]?.speaker)) return n;
  return 0;
}
