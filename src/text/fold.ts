/** Whether a text is ASCII, which most texts are: they need none of what follows. */
const BEYOND_ASCII = /[\u0080-\uffff]/;

/**
 * Signs inside of words that nobody sees: soft hyphens, joiners, marks of direction, the Arabic
 * stroke that only widens a word, and selectors of variants.
 */
// oxlint-disable-next-line no-misleading-character-class -- each stands for itself
const INVISIBLE =
  /[\u00ad\u034f\u061c\u0640\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]/g;

/** Accents, vowel points and the like; not the marks that are letters in the scripts of India. */
// oxlint-disable-next-line no-misleading-character-class -- each stands for itself
const MARKS =
  /[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u08d3-\u08ff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]/g;

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
 * and İ as i, ς as σ, ł as l, ø as o; Arabic letters without hamza; digits of all scripts as 0 to 9.
 */
export function foldText(text: string): string {
  if (!BEYOND_ASCII.test(text)) return text.toLowerCase();
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
  BEYOND_ASCII.test(text) ? text.replace(INVISIBLE, "") : text;

/** The same signs, as a class inside of a regular expression. */
export const INVISIBLE_CLASS = INVISIBLE.source;

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
