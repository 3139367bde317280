import { MediasearchError } from "../../errors.ts";
import { isUnspaced } from "../../text/words.ts";

/** Names before a colon that mean a condition; any other is plain text. */
export const FIELDS = [
  "speaker",
  "file",
  "lang",
  "language",
  "origin",
  "after",
  "before",
  "duration",
  "confidence",
] as const;
export type Field = (typeof FIELDS)[number];

/** `at` and `end` are UTF-16 offsets in the query. */
export type Lexeme = { readonly at: number; readonly end: number } & (
  | { readonly is: "word" | "phrase" | "prefix"; readonly text: string }
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
const FIELD = new RegExp(`(?:${FIELDS.join("|")}):(?=\\S)`, "iy");
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
    `(?:^|\\s)-\\(\\s*[\\p{L}"“„«「『]|\\(\\s*(?:-\\p{L}|["“„«]|(?:${FIELDS.join("|")}):)`,
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
    else if (sign in CLOSING) push(quoted(query, position));
    else push(fieldAt(query, position, depth > 0) ?? wordAt(query, position, grouped));
  }
  if (depth > 0) throw unclosedError(query, lexemes);
  return lexemes.filter((lexeme) => !("text" in lexeme) || hasLetter(lexeme.text));
}

/** Whether parentheses are signs in this query. */
const hasGroups = (query: string): boolean =>
  HAS_OPERATOR.test(query.replaceAll(QUOTED, '""')) || (query.includes("(") && opensGroup(query));

const unclosedError = (query: string, lexemes: readonly Lexeme[]): Error =>
  malformed(query, lexemes.findLast(({ is }) => is === "(")?.at ?? 0, "this is not closed");

/** The first pattern decides for most texts; classes of Unicode are slow the first time. */
const hasLetter = (text: string): boolean =>
  /[A-Za-z0-9]/.test(text) || /[\p{L}\p{N}\p{Co}]/u.test(text);

/** Before a word, a quote or a group: "-5 degrees" and a dash between words are plain text. */
function isMinus(query: string, at: number, grouped: boolean): boolean {
  return (
    query[at] === "-" &&
    (/^-[\p{L}"“„«「『]/u.test(query.slice(at)) || (grouped && query.startsWith("-(", at)))
  );
}

function quoted(query: string, at: number): Lexeme {
  const end = closingQuote(query, at);
  const text = query.slice(at + 1, end);
  if (text.split(/\s+/).length > MAX_PHRASE_WORDS)
    throw malformed(query, at, `there are more than ${MAX_PHRASE_WORDS} words in quotes`);
  return { is: "phrase", text, at, end: end + 1 };
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
  text.includes("*")
    ? /^[([]*((?:[\p{L}\p{N}\p{M}]['’]?){2,})\*[.,;:?!)\]]*$/u.exec(text)?.[1]
    : undefined;

function wordAt(query: string, at: number, grouped: boolean): Lexeme {
  const text =
    (grouped ? /^[^\s()]+/ : /^\S+/).exec(query.slice(at))?.[0] ?? query.slice(at, at + 1);
  const end = at + text.length;
  if (text === "AND" || text === "OR" || text === "NOT") return { is: text, at, end };
  const prefix = prefixOf(text);
  if (prefix !== undefined && !isUnspaced(prefix)) return { is: "prefix", text: prefix, at, end };
  return { is: "word", text, at, end };
}
