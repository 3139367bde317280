/** English words of numbers below twenty, by their value. */
const UNITS = (
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen " +
  "sixteen seventeen eighteen nineteen"
).split(" ");
const TENS = " ten twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const SCALES = [
  ["million", 1_000_000],
  ["thousand", 1000],
  ["hundred", 100],
] as const;
/** Longer ones nobody says as one number. */
const MAX_DIGITS = 9;

const VALUES: ReadonlyMap<string, number> = new Map([
  ...UNITS.map((word, value) => [word, value] as const),
  ...TENS.slice(2).map((word, index) => [word, (index + 2) * 10] as const),
]);

/** The words of a whole number below a thousand million, in the order in which they are said. */
function wordsOf(value: number): string[] {
  for (const [word, size] of SCALES)
    if (value >= size) {
      const rest = value % size;
      return [...wordsOf(Math.floor(value / size)), word, ...(rest === 0 ? [] : wordsOf(rest))];
    }
  if (value < UNITS.length) return [UNITS[value] as string];
  const unit = value % 10;
  return [TENS[Math.floor(value / 10)] as string, ...(unit === 0 ? [] : [UNITS[unit] as string])];
}

/** "two hundred and fifty" */
function wordsWithAnd(value: number): string[] | undefined {
  const rest = value % 100;
  return value < 100 || rest === 0
    ? undefined
    : [...wordsOf(value - rest), "and", ...wordsOf(rest)];
}

/** Years and the like, said in two halves: "nineteen eighty four", "fifteen hundred". */
function halvesOf(value: number): string[] | undefined {
  const [first, second] = [Math.floor(value / 100), value % 100];
  if (value < 1100 || value > 9999 || first % 10 === 0) return undefined;
  if (second === 0) return [...wordsOf(first), "hundred"];
  return second < 10 ? undefined : [...wordsOf(first), ...wordsOf(second)];
}

/**
 * Other ways to write a number that a query has: "25" is said "twenty five", "fifteen" may be
 * written "15". English only; nothing for other words.
 */
export function numberForms(term: string): string[] {
  if (/^(?:0|[1-9]\d*)$/.test(term) && term.length <= MAX_DIGITS) {
    const value = Number(term);
    const rows = [wordsOf(value), wordsWithAnd(value), halvesOf(value)];
    return rows.flatMap((row) => (row ? [row.join(" ")] : []));
  }
  const value = VALUES.get(term);
  return value === undefined ? [] : [String(value)];
}

const NUMBER_WORD = [...VALUES.keys(), ...SCALES.map(([word]) => word)].join("|");
const NUMBER_ROW = new RegExp(
  String.raw`\b(?:${NUMBER_WORD})(?:(?:[ -]| and )(?:${NUMBER_WORD}))+\b`,
  "g",
);
const MAY_HAVE_ROW = /ty\b|teen\b|hundred|thousand|million/;

/**
 * Writes numbers of several words in digits: "two hundred and five people" becomes "205 people".
 * @param text in lower case.
 */
export const joinNumberWords = (text: string): string =>
  MAY_HAVE_ROW.test(text)
    ? text.replace(NUMBER_ROW, (row) => valueOf(row.split(/[ -]/)) ?? row)
    : text;

/** The digits of a row that is one number as it is said; undefined for "two three". */
function valueOf(row: readonly string[]): string | undefined {
  const words = row.filter((word) => word !== "and");
  let [total, part] = [0, 0];
  for (const word of words) {
    const [, size] = SCALES.find(([scale]) => scale === word) ?? [];
    if (size === undefined) part += VALUES.get(word) ?? 0;
    else if (size === 100) part *= size;
    else [total, part] = [total + part * size, 0];
  }
  const value = total + part;
  if (sameWords(wordsOf(value), words)) return String(value);
  const [first = ""] = words;
  const year = (VALUES.get(first) ?? 0) * 100 + value - (VALUES.get(first) ?? 0);
  return sameWords(halvesOf(year) ?? [], words) ? String(year) : undefined;
}

const sameWords = (a: readonly string[], b: readonly string[]): boolean =>
  a.join(" ") === b.join(" ");
