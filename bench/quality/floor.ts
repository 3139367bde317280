import { readFileSync } from "node:fs";
import { tokens } from "../../src/text/words.ts";

/** A question, how its hits are judged, and the file that it is about. */
export interface Judged<Hit> {
  readonly file: string;
  readonly query: string;
  readonly isRight: (hit: Hit) => boolean;
}

/**
 * @param file only in this one; undefined: everywhere.
 * @param isWhole without the floor.
 */
type Find<Hit> = (
  query: string,
  file: string | undefined,
  isWhole: boolean,
) => Promise<readonly Hit[]>;

/** Of the right hits among the best ten, how many the floor takes away. */
export async function lostHits<Hit extends { readonly startMs: number; readonly file: string }>(
  asked: readonly Judged<Hit>[],
  find: Find<Hit>,
  isInFile: boolean,
): Promise<{ readonly right: number; readonly lost: number }> {
  let [right, lost] = [0, 0];
  for (const { query, file, isRight } of asked) {
    const only = isInFile ? file : undefined;
    const all = (await find(query, only, true)).filter(isRight);
    const kept = new Set(
      (await find(query, only, false)).map((hit) => `${hit.file} ${hit.startMs}`),
    );
    right += all.length;
    lost += all.filter((hit) => !kept.has(`${hit.file} ${hit.startMs}`)).length;
  }
  return { right, lost };
}

const VOCABULARY = new URL("../../models/all-MiniLM-L6-v2/vocab.txt", import.meta.url);

/**
 * Words of English that are in none of the texts, by their stems; the same ones for the same texts
 * (Park and Miller 1988, fixed seed).
 */
export function absentWords(texts: Iterable<string>, count: number): string[] {
  const said = new Set<string>();
  for (const text of texts) for (const { stem } of tokens(text)) said.add(stem);
  const able = readFileSync(VOCABULARY, "utf8")
    .split("\n")
    .filter((word) => /^[a-z]{4,}$/.test(word) && !said.has(tokens(word)[0]?.stem ?? ""));
  let state = 3;
  const below = (n: number): number => (state = (state * 48_271) % 2_147_483_647) % n;
  return Array.from({ length: count }, () => able.splice(below(able.length), 1)[0] as string);
}
