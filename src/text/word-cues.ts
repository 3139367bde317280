import type { Segment } from "../types.ts";

/**
 * A segment as one line for each word, each until the next begins; as it is where times of words
 * are not known.
 */
export function wordCues<S extends Segment>(segment: S): S[] {
  const { words = [], endMs } = segment;
  if (words.length === 0) return [segment];
  return words.map((word, i) => ({
    ...segment,
    text: word.text,
    startMs: word.startMs,
    endMs: Math.max(word.endMs, Math.min(words[i + 1]?.startMs ?? endMs, word.endMs + MAX_HOLD_MS)),
    words: [word],
  }));
}

/** A word stays on the screen over a short pause. */
const MAX_HOLD_MS = 300;
