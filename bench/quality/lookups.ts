import { tokens } from "../../src/text/words.ts";

/**
 * A few words that are together in at least one segment: whoever types them knows what was said.
 */
export interface Lookup {
  readonly query: string;
  readonly stems: readonly string[];
  /** Where the words were taken from. */
  readonly file: string;
}

/** How many words, and in how many segments each of them is. */
const KINDS: readonly (readonly [name: string, words: number, least: number, most: number])[] = [
  ["one rare word", 1, 1, 5],
  ["two rare words", 2, 2, 40],
  ["three words", 3, 20, 400],
  ["one word", 1, 20, 60],
];
const OF_EACH = 60;

/**
 * The same ones for the same segments: a generator of fixed seed picks them (Park and Miller 1988).
 */
export function lookups(
  segments: readonly { readonly file: string; readonly text: string }[],
): (readonly [name: string, lookups: readonly Lookup[]])[] {
  let state = 3;
  const below = (n: number): number => (state = (state * 48_271) % 2_147_483_647) % n;
  const spoken = segments.map(({ file, text }) => ({
    file,
    words: new Map(tokens(text).map(({ stem, start, end }) => [stem, text.slice(start, end)])),
  }));
  const segmentsWith = new Map<string, number>();
  for (const { words } of spoken)
    for (const stem of words.keys()) segmentsWith.set(stem, (segmentsWith.get(stem) ?? 0) + 1);
  return KINDS.map(([name, count, least, most]) => {
    const picked: Lookup[] = [];
    while (picked.length < OF_EACH) {
      const { file, words } = spoken[below(spoken.length)] as (typeof spoken)[number];
      const able = [...words].filter(
        ([stem, word]) =>
          /^[a-z]{4,}$/i.test(word) &&
          (segmentsWith.get(stem) ?? 0) >= least &&
          (segmentsWith.get(stem) ?? 0) <= most,
      );
      if (able.length < count) continue;
      const chosen = Array.from(
        { length: count },
        () => able.splice(below(able.length), 1)[0] as [string, string],
      );
      picked.push({
        file,
        stems: chosen.map(([stem]) => stem),
        query: chosen.map(([, word]) => word).join(" "),
      });
    }
    return [name, picked] as const;
  });
}
