import { foldText } from "./fold.ts";
import { tokens, wordPattern } from "./words.ts";
import { stem } from "./stem.ts";

/** A word of the index, as a stem, and how many segments have it. */
export interface IndexWord {
  readonly stem: string;
  readonly count: number;
}

const MIN_LETTERS = 4;
const LONG_WORD = 8;

/** How many typing errors a word may have: none in a short word, to which every other is near. */
function maxErrorsIn(word: string): number {
  if (word.length < MIN_LETTERS) return 0;
  return word.length < LONG_WORD ? 1 : 2;
}

/** Whether a word is long enough that another one can be meant. */
export const mayBeMisspelt = (word: string): boolean => maxErrorsIn(foldText(word)) > 0;

/**
 * Lists the letters that the intended word can begin with: the typed word's first, or its second
 * when two letters were swapped or one was added.
 */
export const firstLetters = (word: string): string[] => [
  ...new Set([...foldText(word)].slice(0, 2)),
];

/**
 * Finds the words of the index that are nearest to a word that is not in it, likeliest first: fewer
 * errors first, then the more frequent word.
 */
export function nearestStems(word: string, candidates: Iterable<IndexWord>): string[] {
  const typed = foldText(word);
  const most = maxErrorsIn(typed);
  const typedStem = stem(typed);
  const near: { readonly stem: string; readonly count: number; readonly errors: number }[] = [];
  if (most === 0) return [];
  const forms = [...new Set([typedStem, typed])].map((form) => ({
    form,
    letters: lettersOf(form),
  }));
  for (const { stem: known, count } of candidates) {
    if (Math.abs(known.length - typed.length) > most + 3 || known.length < MIN_LETTERS - 1)
      continue;
    const letters = lettersOf(known);
    const errors = Math.min(
      ...forms.map((one) =>
        differAbove(one.letters, letters, most) ? most + 1 : distance(one.form, known, most),
      ),
    );
    if (errors <= most) near.push({ stem: known, count, errors });
  }
  return near
    .toSorted((a, b) => a.errors - b.errors || b.count - a.count || (a.stem < b.stem ? -1 : 1))
    .slice(0, 3)
    .map(({ stem: known }) => known);
}

/**
 * Finds the name that was meant: one that is, or has a word, within one or two letters of the
 * wanted one.
 */
export function nearestName(wanted: string, names: readonly string[]): string | undefined {
  const typed = foldText(wanted);
  const most = maxErrorsIn(typed);
  if (most === 0) return undefined;
  const errorsIn = (name: string): number =>
    Math.min(
      ...[foldText(name), ...foldText(name).split(/\s+/)].map((part) =>
        distance(typed, part, most),
      ),
    );
  return [...new Set(names)]
    .map((name) => ({ name, errors: errorsIn(name) }))
    .filter(({ errors }) => errors <= most)
    .toSorted((a, b) => a.errors - b.errors)[0]?.name;
}

/** The letters that a word with `word~` may have wrong, as long as it is. */
export const likelyErrors = (word: string): number => Math.max(1, maxErrorsIn(foldText(word)));

/** Makes a test whether a stem is that of the word with so many letters wrong. */
export function mayBeNear(word: string, errors: number): (stemmed: string) => boolean {
  const typed = foldText(word);
  const forms = [...new Set([stem(typed), typed])].map((form) => ({
    form,
    letters: lettersOf(form),
  }));
  return (known) => {
    const letters = lettersOf(known);
    return forms.some(
      (one) =>
        Math.abs(known.length - one.form.length) <= errors &&
        !differAbove(one.letters, letters, errors) &&
        distance(one.form, known, errors) <= errors,
    );
  };
}

/** Finds the word with this stem in the texts that is nearest to the typed one. */
export function nearestWord(
  stemmed: string,
  word: string,
  texts: readonly string[],
): string | undefined {
  const typed = foldText(word);
  const forms = new Set(
    texts.flatMap((text) =>
      [...text.matchAll(wordPattern(text))]
        .map(([one]) => one.toLowerCase())
        .filter((one) => tokens(one)[0]?.stem === stemmed),
    ),
  );
  const most = maxErrorsIn(typed);
  const near = [...forms]
    .map((form) => ({ form, errors: distance(typed, foldText(form), most) }))
    .toSorted((a, b) => a.errors - b.errors);
  return near[0] && near[0].errors <= most ? near[0].form : undefined;
}

/** Gives the letters of a word as bits. Letters beyond a to z share bits with others. */
function lettersOf(word: string): number {
  let bits = 0;
  for (let i = 0; i < word.length; i++) bits |= 1 << (word.charCodeAt(i) & 31);
  return bits;
}

/**
 * Whether two words must differ by more than `most` errors: one error adds at most one letter and
 * removes at most one. This cheap test rules most words out.
 */
function differAbove(a: number, b: number, most: number): boolean {
  return moreThan(a & ~b, most) || moreThan(b & ~a, most);
}

function moreThan(bits: number, most: number): boolean {
  let left = bits;
  for (let n = 0; n < most; n++) left &= left - 1;
  return left !== 0;
}

/**
 * Counts the letters to add, leave out, change or swap with the next (optimal string alignment;
 * Damerau 1964, "A technique for computer detection and correction of spelling errors"). A distance
 * above `most` is given as `most + 1`.
 */
function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let [before, above]: number[][] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(
        (above?.[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (above?.[j - 1] ?? 0) + same,
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before?.[j - 2] ?? 0) + 1);
      row.push(least);
    }
    if (Math.min(...row) > most) return most + 1;
    [before, above] = [above ?? [], row];
  }
  return Math.min(above?.[b.length] ?? 0, most + 1);
}
