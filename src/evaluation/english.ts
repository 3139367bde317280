/** Contractions and short forms, spelt out: what one transcript shortens another does not. Order counts. */
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
 * English as word error rates compare it: lower case, no punctuation, no hesitations and no remarks in brackets, contractions spelt out, numbers as digits, American spelling. After the
 * normaliser of Radford et al. 2022 (https://arxiv.org/abs/2212.04356, appendix C), but with rules where that has lists; docs/engines.md says what differs.
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

/** "twenty five" and "one hundred and three" become 25 and 103; a lone "one" is a word like others. */
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

function numberAt(
  words: readonly string[],
  from: number,
): { readonly value: number; readonly length: number } {
  let [total, part, at] = [0, 0, from];
  let last: "unit" | "ten" | "scale" | "" = "";
  for (; at < words.length; at++) {
    const word = words[at] ?? "";
    const unit = UNITS[word];
    const ten = TENS[word];
    const scale = SCALES[word];
    if (
      unit !== undefined &&
      (last === "" || last === "scale" || (last === "ten" && unit > 0 && unit < 10))
    )
      [part, last] = [part + unit, "unit"];
    else if (ten !== undefined && (last === "" || last === "scale"))
      [part, last] = [part + ten, "ten"];
    else if (scale === 100 && (last === "unit" || last === "ten") && part < 100)
      [part, last] = [part * 100, "scale"];
    else if (scale !== undefined && scale > 100 && last !== "")
      [total, part, last] = [total + part * scale, 0, "scale"];
    else if (
      word === "and" &&
      last === "scale" &&
      (UNITS[words[at + 1] ?? ""] ?? TENS[words[at + 1] ?? ""]) !== undefined
    )
      continue;
    else break;
  }
  const isAlone = at - from === 1 && words[from] === "one";
  return { value: total + part, length: last === "" || isAlone ? 0 : at - from };
}
