const MAX_PHRASE_LENGTH = 12;
const TIMES = 4;
/**
 * One syllable said often ("no no no no") is speech; so short a unit needs more repeats to be a
 * loop.
 */
const TIMES_IF_SHORT = 8;

/**
 * Counts the tokens at the end that repeat what is before them. @returns 0 unless they repeat so
 * often that the decoder must be in a loop.
 */
export function repeats(tokens: readonly number[]): number {
  for (let size = 1; size <= MAX_PHRASE_LENGTH; size++) {
    const times = size < 3 ? TIMES_IF_SHORT : TIMES;
    if (tokens.length >= size * times && isLoop(tokens, size, times)) return size * (times - 1);
  }
  return 0;
}

function isLoop(tokens: readonly number[], size: number, times: number): boolean {
  const last = tokens.length - 1;
  for (let back = 0; back < size * (times - 1); back++)
    if (tokens[last - back] !== tokens[last - back - size]) return false;
  return true;
}
