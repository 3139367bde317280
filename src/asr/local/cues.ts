import type { Cue, Word } from "../../types.ts";

/** The mean probability of the words; 0 without any. */
export const meanConfidence = (words: readonly Word[]): number =>
  words.reduce((sum, { confidence }) => sum + (confidence ?? 0), 0) / Math.max(1, words.length);

/**
 * Makes one cue of the words of a chunk; null without any. No word begins before the cue before
 * ended or ends after the audio.
 */
export function toCue(words: readonly Word[], fromMs: number, endMs: number): Cue | null {
  if (words.length === 0) return null;
  let notBeforeMs = fromMs;
  const within = (ms: number): number => Math.max(notBeforeMs, Math.min(ms, endMs));
  const placed = words.map((word) => {
    const startMs = within(word.startMs);
    notBeforeMs = startMs;
    const lastMs = within(word.endMs);
    notBeforeMs = lastMs;
    return { ...word, startMs, endMs: lastMs };
  });
  return {
    startMs: placed[0]?.startMs ?? 0,
    endMs: placed.at(-1)?.endMs ?? 0,
    text: placed.map(({ text }) => text).join(" "),
    speaker: null,
    confidence: meanConfidence(placed),
    words: placed,
  };
}
