const BEYOND_ASCII = /[\u0080-\uffff]/;

/**
 * Whether a text is ASCII. Most texts are, and the test is quick, while patterns with Unicode
 * classes are slow to compile and to use: ASCII texts have patterns of their own.
 */
export const isAscii = (text: string): boolean => !BEYOND_ASCII.test(text);

/** A class of characters out of ranges. */
const classOf = (ranges: string): string =>
  `[${ranges
    .trim()
    .split(/\s+/)
    .map((range) => range.replace(/[0-9a-f]{4}/g, "\\u$&"))
    .join("")}]`;

/**
 * Signs inside of words that nobody sees: soft hyphens, joiners, marks of direction, the Arabic
 * stroke that only widens a word, and selectors of variants.
 */
export const INVISIBLE_CLASS = classOf(
  "00ad 034f 061c 0640 180e 200b-200f 202a-202e 2060-2069 fe00-fe0f feff",
);
const INVISIBLE = new RegExp(INVISIBLE_CLASS, "g");

/** Accents, vowel points and the like; not the marks that are letters in the scripts of India. */
const MARKS = new RegExp(
  classOf(`
    0300-036f 0483-0487 0591-05bd 05bf 05c1 05c2 05c4 05c5 05c7 0610-061a 064b-065f 0670 06d6-06dc
    06df-06e8 06ea-06ed 08d3-08ff 1ab0-1aff 1dc0-1dff 20d0-20ff fe20-fe2f
  `),
  "g",
);

/** Letters of their own, though Unicode writes them with a mark: й is not и. */
const LETTERS_WITH_MARK = /[иу]\u0306|і\u0308/g;

/** Letters that Unicode does not take apart, as they are typed where a keyboard lacks them. */
const SPELT: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  þ: "th",
  ł: "l",
  ħ: "h",
  ŧ: "t",
  ŋ: "n",
  ı: "i",
  ς: "σ",
  ٱ: "ا",
  ى: "ي",
  ی: "ي",
  ک: "ك",
  ة: "ه",
  ە: "ه",
};
const SPELT_LETTERS = new RegExp(`[${Object.keys(SPELT).join("")}]`, "g");

/** Zeros of scripts whose ten digits follow each other (Unicode, general category Nd). */
const ZEROS = [0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xbe6, 0xc66, 0xce6, 0xd66];
const OTHER_DIGITS = new RegExp(
  `[${ZEROS.map((zero) => `${String.fromCharCode(zero)}-${String.fromCharCode(zero + 9)}`).join("")}]`,
  "g",
);

function asciiDigit(digit: string): string {
  const code = digit.charCodeAt(0);
  return String(code - (ZEROS.findLast((zero) => zero <= code) ?? code));
}

/**
 * Brings a text into the form in which words are compared: without case, accents, vowel points and
 * invisible signs; compatibility forms (ligatures, full width) as plain letters (NFKC); ß as ss, ı
 * and İ as i, ς as σ, ł as l, ø as o; Arabic letters without hamza; digits of all scripts as 0 to
 * 9.
 */
export function foldText(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  return text
    .normalize("NFKC")
    .replace(INVISIBLE, "")
    .toLowerCase()
    .normalize("NFD")
    .replace(LETTERS_WITH_MARK, (letter) => letter.normalize("NFC"))
    .replace(MARKS, "")
    .normalize("NFC")
    .replace(SPELT_LETTERS, (letter) => SPELT[letter] ?? letter)
    .replace(OTHER_DIGITS, asciiDigit);
}

/** Removes signs inside of words that nobody sees. */
export const withoutInvisible = (text: string): string =>
  isAscii(text) ? text : text.replace(INVISIBLE, "");

/**
 * Folds a text as the tokenizer of the keyword index does: case, and accents on Latin letters
 * (https://www.sqlite.org/fts5.html#unicode61_tokenizer).
 */
export const foldAsIndex = (text: string): string =>
  text
    .toLowerCase()
    .normalize("NFD")
    .replace(/(?<=[a-z][\u0300-\u036f]*)[\u0300-\u036f]/g, "")
    .normalize("NFC");
