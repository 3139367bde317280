/*
 * M. F. Porter, "An algorithm for suffix stripping", Program 14 (1980) 130-137, as SQLite's FTS5
 * applies it (https://www.sqlite.org/fts5.html#porter_tokenizer), so that what is marked in a hit
 * is what matched.
 */
type SuffixRule = readonly [suffix: string, replacement: string];
type StemCondition = (stem: string) => boolean;

const STEP_2: readonly SuffixRule[] = [
  ["ational", "ate"],
  ["tional", "tion"],
  ["enci", "ence"],
  ["anci", "ance"],
  ["izer", "ize"],
  ["logi", "log"],
  ["bli", "ble"],
  ["alli", "al"],
  ["entli", "ent"],
  ["eli", "e"],
  ["ousli", "ous"],
  ["ization", "ize"],
  ["ation", "ate"],
  ["ator", "ate"],
  ["alism", "al"],
  ["iveness", "ive"],
  ["fulness", "ful"],
  ["ousness", "ous"],
  ["aliti", "al"],
  ["iviti", "ive"],
  ["biliti", "ble"],
];
const STEP_3: readonly SuffixRule[] = [
  ["icate", "ic"],
  ["ative", ""],
  ["alize", "al"],
  ["iciti", "ic"],
  ["ical", "ic"],
  ["ful", ""],
  ["ness", ""],
];
const STEP_4: readonly SuffixRule[] = [
  "al",
  "ance",
  "ence",
  "er",
  "ic",
  "able",
  "ible",
  "ant",
  "ement",
  "ment",
  "ent",
  "ion",
  "ou",
  "ism",
  "ate",
  "iti",
  "ous",
  "ive",
  "ize",
].map((suffix) => [suffix, ""] as const);

const isVowel = (word: string, at: number): boolean => {
  const letter = word[at] ?? "";
  if ("aeiou".includes(letter)) return letter !== "";
  return letter === "y" && at > 0 && !isVowel(word, at - 1);
};

/** m in [C](VC)^m[V]. */
function porterMeasure(stem: string): number {
  let count = 0;
  for (let at = 1; at < stem.length; at++) if (isVowel(stem, at - 1) && !isVowel(stem, at)) count++;
  return count;
}

const hasVowel: StemCondition = (stem) => [...stem].some((_, at) => isVowel(stem, at));
const longerThan =
  (m: number): StemCondition =>
  (stem) =>
    porterMeasure(stem) > m;
const endsDouble = (word: string): boolean =>
  word.length > 1 && word.at(-1) === word.at(-2) && !isVowel(word, word.length - 1);

/** *o: consonant, vowel, consonant that is not w, x or y. */
function endsCvc(word: string): boolean {
  const last = word.length - 1;
  return (
    last >= 2 &&
    !isVowel(word, last) &&
    isVowel(word, last - 1) &&
    !isVowel(word, last - 2) &&
    !"wxy".includes(word[last] ?? "")
  );
}

/** Only the longest suffix that fits is tried; when its condition fails the word stays. */
function applySuffixRules(
  word: string,
  rules: readonly SuffixRule[],
  condition: StemCondition,
): string {
  let best: SuffixRule | undefined;
  for (const rule of rules)
    if (
      word.endsWith(rule[0]) &&
      word.length > rule[0].length &&
      rule[0].length > (best?.[0].length ?? 0)
    )
      best = rule;
  if (!best) return word;
  const stem = word.slice(0, -best[0].length);
  return condition(stem) ? stem + best[1] : word;
}

function step1b(word: string): string {
  if (word.endsWith("eed")) return porterMeasure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  const suffix = ["ed", "ing"].find((end) => word.endsWith(end));
  if (suffix === undefined) return word;
  const stem = word.slice(0, -suffix.length);
  if (!hasVowel(stem)) return word;
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (endsDouble(stem) && !/[lsz]$/.test(stem)) return stem.slice(0, -1);
  return porterMeasure(stem) === 1 && endsCvc(stem) ? `${stem}e` : stem;
}

function step5(word: string): string {
  let result = word;
  if (result.endsWith("e")) {
    const stem = result.slice(0, -1);
    const m = porterMeasure(stem);
    if (m > 1 || (m === 1 && !endsCvc(stem))) result = stem;
  }
  return result.endsWith("ll") && porterMeasure(result.slice(0, -1)) > 1
    ? result.slice(0, -1)
    : result;
}

/** The stem of one lower-case word; words of fewer than three or more than 64 letters stay. */
export function stem(word: string): string {
  if (word.length < 3 || word.length > 64) return word;
  let result = word;
  if (result.endsWith("sses") || result.endsWith("ies")) result = result.slice(0, -2);
  else if (result.endsWith("s") && !result.endsWith("ss")) result = result.slice(0, -1);
  result = step1b(result);
  if (result.endsWith("y") && hasVowel(result.slice(0, -1))) result = `${result.slice(0, -1)}i`;
  result = applySuffixRules(result, STEP_2, longerThan(0));
  result = applySuffixRules(result, STEP_3, longerThan(0));
  result = applySuffixRules(
    result,
    STEP_4,
    (stem) => porterMeasure(stem) > 1 && (!result.endsWith("ion") || /[st]$/.test(stem)),
  );
  return step5(result);
}
