/**
 * Contractions and short forms, spelt out: what one transcript shortens another does not. Order
 * counts.
 */
const SPELT_OUT: readonly (readonly [RegExp, string])[] = [
  [/\bwon't\b/g, "will not"],
  [/\bcan't\b/g, "can not"],
  [/\bcannot\b/g, "can not"],
  [/\blet's\b/g, "let us"],
  [/\bain't\b/g, "is not"],
  [/\by'all\b/g, "you all"],
  [/\bwanna\b/g, "want to"],
  [/\bgonna\b/g, "going to"],
  [/\bgotta\b/g, "got to"],
  [/\bo'clock\b/g, "oclock"],
  [/\bmr\b\.?/g, "mister"],
  [/\bmrs\b\.?/g, "missus"],
  [/\bdr\b\.?/g, "doctor"],
  [/\bprof\b\.?/g, "professor"],
  [/\bst\b\.?(?! *\d)/g, "saint"],
  [/n't\b/g, " not"],
  [/'re\b/g, " are"],
  [/'ll\b/g, " will"],
  [/'ve\b/g, " have"],
  [/'m\b/g, " am"],
  [/'d\b/g, " would"],
  [/'s\b/g, " is"],
];
const HESITATIONS = /\b(?:h+m+|m+h+m*|m{2,}|u+h+|u+m+|e+r+m+|a+h+|huh)\b/g;
const SYMBOLS: readonly (readonly [RegExp, string])[] = [
  [/&/g, " and "],
  [/%/g, " percent "],
  [/\$\s?(\d[\d,.]*\d|\d)/g, "$1 dollars"],
  [/£\s?(\d[\d,.]*\d|\d)/g, "$1 pounds"],
  [/€\s?(\d[\d,.]*\d|\d)/g, "$1 euros"],
];

/** British spelling to American, where a rule does it without touching other words. */
const SPELLING: readonly (readonly [RegExp, string])[] = [
  [
    /\b(col|neighb|fav|hon|lab|flav|hum|rum|harb|behavi|endeav|vap|sav|parl|od|vig|arm|val|ard|cand|clam|rig|splend|tum)our/g,
    "$1or",
  ],
  [/\b(cent|theat|met|lit|fib|calib|lust|somb|spect)re(s?)\b/g, "$1er$2"],
  [
    /\b(organ|real|recogn|apolog|critic|emphas|special|general|modern|national|optim|summar|util|minim|maxim|author|civil|memor|standard|symbol)is(e|es|ed|ing|ation|ations|er|ers)\b/g,
    "$1iz$2",
  ],
  [/\b(anal|paral)ys(e|es|ed|ing)\b/g, "$1yz$2"],
  [/\b(travel|cancel|model|label|level|signal|fuel|counsel|marvel)l(ed|ing|er|ers)\b/g, "$1$2"],
  [/\b(def|off|lic|pret)ence(s?)\b/g, "$1ense$2"],
  [/\bgrey/g, "gray"],
  [/\bprogramme(s?)\b/g, "program$1"],
  [/\bdialogue/g, "dialog"],
  [/\bcatalogue/g, "catalog"],
  [/\bcheque/g, "check"],
  [/\bplough/g, "plow"],
  [/\bjewellery/g, "jewelry"],
  [/\btyre(s?)\b/g, "tire$1"],
  [/\baluminium/g, "aluminum"],
];

const UNITS: Readonly<Record<string, number>> = Object.fromEntries(
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
    .split(" ")
    .map((word, value) => [word, value]),
);
const TENS: Readonly<Record<string, number>> = Object.fromEntries(
  "twenty thirty forty fifty sixty seventy eighty ninety"
    .split(" ")
    .map((word, i) => [word, (i + 2) * 10]),
);
const SCALES: Readonly<Record<string, number>> = {
  hundred: 100,
  thousand: 1000,
  million: 1_000_000,
  billion: 1_000_000_000,
};

/**
 * English as word error rates compare it: lower case, no punctuation, no hesitations and no remarks
 * in brackets, contractions spelt out, numbers as digits, American spelling. After the
 * normaliser of Radford et al. 2022 (https://arxiv.org/abs/2212.04356, appendix C), but with rules
 * where that has lists; docs/engines.md says what differs.
 */
export function englishWords(text: string): string[] {
  let plain = text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[’ʼ`]/g, "'")
    .replace(/\[[^\]]*\]|\([^)]*\)|<[^>]*>/g, " ");
  for (const [from, to] of [...SYMBOLS, ...SPELT_OUT]) plain = plain.replace(from, to);
  plain = plain
    .replace(/(\d),(?=\d{3}\b)/g, "$1")
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(HESITATIONS, " ");
  for (const [from, to] of SPELLING) plain = plain.replace(from, to);
  return withDigits(
    plain
      .replace(/(?<!\d)\.|\.(?!\d)|[^\p{L}\p{N}.\s]/gu, " ")
      .split(/\s+/)
      .filter((word) => word !== ""),
  );
}

/**
 * "twenty five" and "one hundred and three" become 25 and 103; a lone "one" is a word like others.
 */
function withDigits(words: readonly string[]): string[] {
  const result: string[] = [];
  for (let at = 0; at < words.length;) {
    const { value, length } = numberAt(words, at);
    if (length > 0) result.push(String(value));
    else result.push(words[at] ?? "");
    at += Math.max(1, length);
  }
  return result;
}

/** A number as far as its words are read. */
interface NumberSoFar {
  readonly total: number;
  /** What the next scale, such as thousand, multiplies. */
  readonly part: number;
  readonly last: "unit" | "ten" | "scale" | "";
}

/** @returns the number with one more word, or undefined when the word does not continue it. */
function withWord({ total, part, last }: NumberSoFar, word: string): NumberSoFar | undefined {
  const [unit, ten, scale] = [UNITS[word], TENS[word], SCALES[word]];
  const isOpen = last === "" || last === "scale";
  if (unit !== undefined && (isOpen || (last === "ten" && unit > 0 && unit < 10)))
    return { total, part: part + unit, last: "unit" };
  if (ten !== undefined && isOpen) return { total, part: part + ten, last: "ten" };
  if (scale === 100 && (last === "unit" || last === "ten") && part < 100)
    return { total, part: part * 100, last: "scale" };
  if (scale !== undefined && scale > 100 && last !== "")
    return { total: total + part * scale, part: 0, last: "scale" };
  return undefined;
}

function numberAt(
  words: readonly string[],
  from: number,
): { readonly value: number; readonly length: number } {
  let number: NumberSoFar = { total: 0, part: 0, last: "" };
  let end = from;
  for (; end < words.length; end++) {
    const next = withWord(number, words[end] ?? "");
    if (next) number = next;
    else if (!isAndInside(words, end, number)) break;
  }
  const isAlone = end - from === 1 && words[from] === "one";
  return {
    value: number.total + number.part,
    length: number.last === "" || isAlone ? 0 : end - from,
  };
}

/** Whether the word is the "and" of "one hundred and three". */
function isAndInside(words: readonly string[], index: number, { last }: NumberSoFar): boolean {
  const next = words[index + 1] ?? "";
  return words[index] === "and" && last === "scale" && (UNITS[next] ?? TENS[next]) !== undefined;
}
