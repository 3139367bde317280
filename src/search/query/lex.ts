import { MediasearchError } from "../../errors.ts";
import { likelyErrors } from "../../text/spelling.ts";
import { type TextPattern, whyNoRegExp } from "../../text/text-patterns.ts";
import { isUnspaced } from "../../text/words.ts";

/** Names before a colon that mean a condition; any other is plain text. */
export const FIELDS = [
  "speaker",
  "title",
  "show",
  "chapter",
  "file",
  "lang",
  "language",
  "origin",
  "after",
  "before",
  "duration",
  "confidence",
  "near",
] as const;
export type Field = (typeof FIELDS)[number];

/** `at` and `end` are UTF-16 offsets in the query. */
export type Lexeme = { readonly at: number; readonly end: number } & (
  | { readonly is: "word" | "phrase" | "prefix"; readonly text: string }
  /** Words near each other: `within` is how many others may be between the first and the last. */
  | { readonly is: "near"; readonly text: string; readonly within: number }
  | { readonly is: "pattern"; readonly text: string; readonly pattern: TextPattern }
  | { readonly is: "field"; readonly name: Field; readonly value: string; readonly valueAt: number }
  | { readonly is: "AND" | "OR" | "NOT" | "(" | ")" }
);

/** @returns USAGE that shows the query with a caret under the place. */
export function malformed(query: string, at: number, why: string): MediasearchError {
  return new MediasearchError("USAGE", `the query is malformed at column ${at + 1}: ${why}`, {
    subject: query,
    excerpt: { text: query, at },
    hint: 'mediasearch search --help   (plain words need no signs; "…" around words takes them as they are)',
  });
}

/** The signs that close a quote, by the sign that opens it. */
export const CLOSING: Readonly<Record<string, string>> = {
  '"': '"',
  "“": "”",
  "„": "“”",
  "«": "»",
  "「": "」",
  "『": "』",
};
/** `"these words"~5` */
const NEARNESS = /~(\d{1,3})(?=[\s)]|$)/y;
/** From slash to slash, as a word of its own; a path has more behind its slash. */
const REGEX = /\/(?=[^\s/])(?:[^/\\]|\\.)+\/(?=[\s)]|$)/y;
/** A time follows `near`, or it is a word like others: "near: the door". */
const FIELD_NAMES = FIELDS.join("|").replace("near", "near(?=:\\d)");
const FIELD = new RegExp(`(?:${FIELD_NAMES}):(?=\\S)`, "iy");
/** Their values begin with < or >, which shells take for themselves. */
const NO_VALUE = /(?:duration|confidence):(?=\s|$)/iy;
const HAS_OPERATOR = /(?:^|[\s(])(?:AND|OR|NOT)(?=[\s()]|$)/;
const QUOTED = new RegExp(
  Object.entries(CLOSING)
    .map(([open, close]) => `${open}[^${close}]*[${close}]`)
    .join("|"),
  "g",
);
/** Made when a query has a parenthesis: patterns with Unicode classes take time to make. */
let groupPattern: RegExp | undefined;
const opensGroup = (query: string): boolean =>
  (groupPattern ??= new RegExp(
    `(?:^|\\s)-\\(\\s*[\\p{L}"“„«「『]|\\(\\s*(?:-\\p{L}|["“„«]|(?:${FIELD_NAMES}):)`,
    "iu",
  )).test(query);
/** More than anybody types, and less than the parser and SQLite can nest. */
const MAX_SIGNS = 250;
const MAX_PHRASE_WORDS = 100;

/**
 * Signs mean something only where a word could begin, so that "it's", "e-mail", "5\"" and "(10:30)"
 * are plain text. Parentheses count only in queries with AND, OR or NOT, and where they hold a
 * sign; elsewhere they are punctuation.
 */
export function lexQuery(query: string): Lexeme[] {
  const grouped = hasGroups(query);
  const lexemes: Lexeme[] = [];
  let depth = 0;
  let position = 0;
  let signs = 0;
  const push = (lexeme: Lexeme): void => {
    lexemes.push(lexeme);
    if (lexeme.is !== "word" && ++signs > MAX_SIGNS)
      throw malformed(query, lexeme.at, `there are more than ${MAX_SIGNS} signs`);
    position = lexeme.end;
  };
  while (position < query.length) {
    const sign = query[position] ?? "";
    if (/\s/.test(sign)) position++;
    else if (grouped && (sign === "(" || sign === ")")) {
      depth += sign === "(" ? 1 : -1;
      if (depth < 0) throw malformed(query, position, "nothing was opened that this could close");
      push({ is: sign, at: position, end: position + 1 });
    } else if (isMinus(query, position, grouped))
      push({ is: "NOT", at: position, end: position + 1 });
    else push(lexemeAt(query, position, { grouped, inGroup: depth > 0 }));
  }
  if (depth > 0) throw unclosedError(query, lexemes);
  return lexemes.filter(
    (lexeme) => !("text" in lexeme) || lexeme.is === "pattern" || hasLetter(lexeme.text),
  );
}

/** What is wanted or must hold, and is no sign between such things. */
function lexemeAt(
  query: string,
  at: number,
  { grouped, inGroup }: { readonly grouped: boolean; readonly inGroup: boolean },
): Lexeme {
  if ((query[at] ?? "") in CLOSING) return quoted(query, at);
  if (regexEnd(query, at) > 0) return regexAt(query, at);
  return fieldAt(query, at, inGroup) ?? wordAt(query, at, grouped);
}

/** Whether parentheses are signs in this query. */
const hasGroups = (query: string): boolean =>
  HAS_OPERATOR.test(query.replaceAll(QUOTED, '""')) || (query.includes("(") && opensGroup(query));

const unclosedError = (query: string, lexemes: readonly Lexeme[]): Error =>
  malformed(query, lexemes.findLast(({ is }) => is === "(")?.at ?? 0, "this is not closed");

/**
 * V8 reads the patterns of a function when it compiles it, and classes of Unicode take it up to a
 * millisecond, also where the function comes to no pattern. What few queries need is therefore a
 * function of its own, here and below.
 */
const hasWideLetter = (text: string): boolean => /[\p{L}\p{N}\p{Co}]/u.test(text);
export const hasLetter = (text: string): boolean => /[A-Za-z0-9]/.test(text) || hasWideLetter(text);
const isLeftOut = (text: string): boolean => /^-(?:\*+\p{L}|[\p{L}"“„«「『])/u.test(text);

/** Before a word, a quote or a group: "-5 degrees" and a dash between words are plain text. */
function isMinus(query: string, at: number, grouped: boolean): boolean {
  return (
    query[at] === "-" &&
    (isLeftOut(query.slice(at)) ||
      (grouped && query.startsWith("-(", at)) ||
      regexEnd(query, at + 1) > 0)
  );
}

function quoted(query: string, at: number): Lexeme {
  const end = closingQuote(query, at);
  const text = query.slice(at + 1, end);
  if (text.split(/\s+/).length > MAX_PHRASE_WORDS)
    throw malformed(query, at, `there are more than ${MAX_PHRASE_WORDS} words in quotes`);
  NEARNESS.lastIndex = end + 1;
  const near = NEARNESS.exec(query);
  if (near && !isUnspaced(text))
    return { is: "near", text, within: Number(near[1]), at, end: NEARNESS.lastIndex };
  return { is: "phrase", text, at, end: end + 1 };
}

const MAX_REGEX_LENGTH = 500;

/** Where a regular expression ends that begins with this slash; 0 where none does. */
function regexEnd(query: string, at: number): number {
  if (query[at] !== "/") return 0;
  REGEX.lastIndex = at;
  return REGEX.test(query) ? REGEX.lastIndex : 0;
}

function regexAt(query: string, at: number): Lexeme {
  const end = regexEnd(query, at);
  const regex = query.slice(at + 1, end - 1);
  const why =
    regex.length > MAX_REGEX_LENGTH
      ? `longer than ${MAX_REGEX_LENGTH} letters`
      : whyNoRegExp(regex);
  if (why !== undefined) throw malformed(query, at, `not a regular expression: ${why}`);
  return { is: "pattern", text: "", pattern: { regex }, at, end };
}

function closingQuote(query: string, at: number): number {
  const closing = CLOSING[query[at] ?? ""] ?? "";
  for (let end = at + 1; end < query.length; end++)
    if (closing.includes(query[end] ?? "")) return end;
  throw malformed(query, at, "the quote is not closed");
}

function fieldAt(query: string, at: number, inGroup: boolean): Lexeme | undefined {
  FIELD.lastIndex = NO_VALUE.lastIndex = at;
  const name = FIELD.exec(query)?.[0];
  if (name === undefined && NO_VALUE.test(query))
    throw malformed(
      query,
      at,
      "a comparison is missing: where a shell took it, put quotes around the query",
    );
  if (name === undefined) return undefined;
  const valueAt = at + name.length;
  const field = { is: "field" as const, name: name.slice(0, -1).toLowerCase() as Field, at };
  if ((query[valueAt] ?? "") in CLOSING) {
    const end = closingQuote(query, valueAt);
    return { ...field, value: query.slice(valueAt + 1, end), valueAt: valueAt + 1, end: end + 1 };
  }
  const value = (inGroup ? /^[^\s)]+/ : /^\S+/).exec(query.slice(valueAt))?.[0] ?? "";
  return { ...field, value, valueAt, end: valueAt + value.length };
}

/** A beginning of words, such as `walr*`. Punctuation around it means nothing. */
const prefixOf = (text: string): string | undefined =>
  /^[([]*((?:[\p{L}\p{N}\p{M}]['’]?){2,})\*[.,;:?!)\]]*$/u.exec(text)?.[1];

/** Three letters at least: `a*b` is a product. */
const wildcardOf = (text: string): string | undefined =>
  /^[([]*((?=(?:[*?]*[\p{L}\p{N}\p{M}]){3})(?=[^\p{L}]*\p{L})[\p{L}\p{N}\p{M}*?]*[\p{L}\p{N}\p{M}*])\??[.,;:!)\]]*$/u.exec(
    text,
  )?.[1];
const fuzzyOf = (text: string): RegExpExecArray | null =>
  /^[([]*([\p{L}\p{N}\p{M}]{3,40})~([12])?[.,;:?!)\]]*$/u.exec(text);

/**
 * `bud?et`, `*schiff`, `col*r`, `budgt~`: words with letters left open, or with some wrong. A
 * question mark at the end of a word is one.
 */
function patternOf(text: string): TextPattern | undefined {
  if (!/[*?~]/.test(text) || isUnspaced(text)) return undefined;
  const [, fuzzy, errors] = fuzzyOf(text) ?? [];
  if (fuzzy !== undefined)
    return { fuzzy, errors: errors === undefined ? likelyErrors(fuzzy) : Number(errors) };
  const wildcard = wildcardOf(text);
  return wildcard !== undefined && /[*?]/.test(wildcard) ? { wildcard } : undefined;
}

function wordAt(query: string, at: number, grouped: boolean): Lexeme {
  const text =
    (grouped ? /^[^\s()]+/ : /^\S+/).exec(query.slice(at))?.[0] ?? query.slice(at, at + 1);
  const end = at + text.length;
  if (text === "AND" || text === "OR" || text === "NOT") return { is: text, at, end };
  const prefix = text.includes("*") ? prefixOf(text) : undefined;
  if (prefix !== undefined && !isUnspaced(prefix)) return { is: "prefix", text: prefix, at, end };
  const pattern = patternOf(text);
  if (pattern)
    return { is: "pattern", text: "fuzzy" in pattern ? pattern.fuzzy : "", pattern, at, end };
  return { is: "word", text, at, end };
}
