import type { Cue, Word } from "../../types.ts";

/**
 * Times up to this far beyond the audio are rounding errors. Times further out belong to something
 * else.
 */
const SLACK_MS = 1000;

export interface Tidied {
  readonly cues: readonly Cue[];
  /**
   * Finds cues that are not in the audio: they begin after its end, or their times are no times.
   */
  readonly outside: number;
}

/**
 * Sorts cues, separates them and rounds their times to milliseconds inside a chunk of `lengthMs`.
 * Empty cues are left out.
 */
export function normalizeCues(cues: readonly Cue[], lengthMs: number): Tidied {
  const spoken = cues.filter(({ text }) => text.trim() !== "");
  const inside = spoken.filter(
    ({ startMs, endMs }) =>
      startMs >= -SLACK_MS && endMs >= startMs && startMs <= lengthMs + SLACK_MS,
  );
  let notBeforeMs = 0;
  const tidied = inside
    .toSorted((a, b) => a.startMs - b.startMs)
    .map((cue): Cue => {
      const startMs = within(cue.startMs, notBeforeMs, lengthMs);
      const endMs = within(cue.endMs, startMs, lengthMs);
      notBeforeMs = endMs;
      return {
        ...cue,
        startMs,
        endMs,
        text: cue.text.trim(),
        words: tidyWords(cue.words, startMs, endMs),
      };
    });
  return { cues: tidied, outside: spoken.length - inside.length };
}

const within = (ms: number, from: number, to: number): number =>
  Math.round(Math.min(Math.max(ms, from), Math.max(from, to)));

function tidyWords(words: Cue["words"], fromMs: number, toMs: number): readonly Word[] | null {
  if (
    !words ||
    words.length === 0 ||
    words.some(({ startMs, endMs }) => !Number.isFinite(startMs) || !Number.isFinite(endMs))
  )
    return null;
  let notBeforeMs = fromMs;
  return words.map((word) => {
    const startMs = within(word.startMs, notBeforeMs, toMs);
    notBeforeMs = startMs;
    return { ...word, startMs, endMs: within(word.endMs, startMs, toMs) };
  });
}
