import { foldText } from "./fold.ts";
import { mayBeNear } from "./spelling.ts";
import { isUnspaced, literally, tokens, WORD_EDGES, wordPattern } from "./words.ts";
import { runRegExp, type TextSpan } from "./bounded-regexp.ts";

/**
 * What a text is looked through for, where no index answers.
 * - wildcard: one word, `*` for any letters, `?` for one, whatever case and accents
 * - regex: a regular expression of JavaScript over the text as it is written, whatever the case
 * - fuzzy: a word with so many letters wrong, by its stem
 */
export type TextPattern =
  | { readonly wildcard: string }
  | { readonly regex: string }
  | { readonly fuzzy: string; readonly errors: number };

const LETTER = "[\\p{L}\\p{N}\\p{M}\\p{Co}]";

/** The word of a wildcard, as an expression over folded texts. */
function wildcardSource(wildcard: string): string {
  const body = foldText(wildcard)
    .replace(/\*+/g, "*")
    .split(/([*?])/)
    .map((part) => {
      if (part === "*") return `${LETTER}*`;
      return part === "?" ? LETTER : literally(part);
    })
    .join("");
  const [before, after] = WORD_EDGES;
  return `${before}${body}${after}`;
}

/** @throws SyntaxError for a regular expression that is none. */
function compile(pattern: Exclude<TextPattern, { readonly fuzzy: string }>): RegExp {
  return "regex" in pattern
    ? new RegExp(pattern.regex, "giu")
    : new RegExp(wildcardSource(pattern.wildcard), "gu");
}

/** Why this is no regular expression; undefined when it is one. */
export function whyNoRegExp(source: string): string | undefined {
  try {
    compile({ regex: source });
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(/^Invalid regular expression: (?:\/.*\/giu: )?/s, "");
  }
}

/**
 * Makes a test of many texts at once, which takes `mostMs` at most.
 * @throws TIMED_OUT when it would take longer.
 */
export function textTester(
  pattern: TextPattern,
): (texts: readonly string[], mostMs: number) => readonly boolean[] {
  if ("fuzzy" in pattern) {
    const isNear = mayBeNear(pattern.fuzzy, pattern.errors);
    return (texts) => texts.map((text) => tokens(text).some(({ stem }) => isNear(stem)));
  }
  const expression = compile(pattern);
  const prepare = "wildcard" in pattern ? foldText : String;
  return (texts, mostMs) =>
    runRegExp(expression, texts.map(prepare), mostMs).map((spans) => spans.length > 0);
}

/** Marks are only shown: a page of texts is looked through in an instant, or is left without. */
const MARKING_MS = 100;

/** Where the pattern is in a text. */
export function patternSpans(pattern: TextPattern, text: string): readonly TextSpan[] {
  if ("regex" in pattern) {
    try {
      return runRegExp(compile(pattern), [text], MARKING_MS)[0] ?? [];
    } catch {
      return [];
    }
  }
  const isMeant =
    "fuzzy" in pattern
      ? (
          (isNear) => (word: string) =>
            tokens(word).some(({ stem }) => isNear(stem))
        )(mayBeNear(pattern.fuzzy, pattern.errors))
      : (
          (whole) => (word: string) =>
            whole.test(foldText(word))
        )(new RegExp(`^${wildcardSource(pattern.wildcard)}$`, "u"));
  return [...text.matchAll(wordPattern(text))].flatMap(({ 0: word, index }) =>
    isMeant(word) ? [[index, index + word.length] as const] : [],
  );
}

/** The letters that every word of a wildcard begins with, as an index of beginnings takes them. */
export function wildcardBeginning(wildcard: string): string {
  const beginning = /^[^*?]*/.exec(wildcard)?.[0] ?? "";
  return isUnspaced(beginning) ? "" : beginning;
}
