import { MediasearchError } from "../errors.ts";
import { isUnspaced } from "./words.ts";

/** Names before a colon that mean a condition; any other is plain text. */
export const FIELDS = ["speaker", "file", "lang", "language", "origin", "after", "before", "duration", "confidence"] as const;
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
    subject: query, excerpt: { text: query, at }, hint: 'mediasearch search --help   (plain words need no signs; "…" around words takes them as they are)',
  });
}

const CLOSING: Readonly<Record<string, string>> = { '"': '"', "“": "”", "„": "“”", "«": "»", "「": "」", "『": "』" };
const FIELD = new RegExp(`(?:${FIELDS.join("|")}):(?=\\S)`, "iy");
const HAS_OPERATOR = /(?:^|[\s(])(?:AND|OR|NOT)(?=[\s()]|$)/;

/**
 * Signs mean something only where a word could begin, so that "it's", "e-mail", "5\"" and "(10:30)" are plain text. Parentheses count only in
 * queries with AND, OR or NOT, and where they hold a sign; elsewhere they are punctuation.
 */
export function lexQuery(query: string): Lexeme[] {
  const grouped = HAS_OPERATOR.test(query) || (query.includes("(") && /\(\s*(?:-\p{L}|["“„«]|(?:speaker|file|lang|language|origin|after|before|duration|confidence):)/iu.test(query));
  const found: Lexeme[] = [];
  let depth = 0;
  let at = 0;
  const push = (lexeme: Lexeme): void => {
    found.push(lexeme);
    at = lexeme.end;
  };
  while (at < query.length) {
    const sign = query[at] ?? "";
    if (/\s/.test(sign)) at++;
    else if (grouped && (sign === "(" || sign === ")")) {
      depth += sign === "(" ? 1 : -1;
      if (depth < 0) throw malformed(query, at, "nothing was opened that this could close");
      push({ is: sign, at, end: at + 1 });
    } else if (isMinus(query, at, grouped)) push({ is: "NOT", at, end: at + 1 });
    else if (sign in CLOSING) push(quoted(query, at));
    else push(fieldAt(query, at, depth > 0) ?? wordAt(query, at, grouped));
  }
  if (depth > 0) throw malformed(query, found.findLast(({ is }) => is === "(")?.at ?? 0, "this is not closed");
  return found.filter((lexeme) => !("text" in lexeme) || /[A-Za-z0-9]/.test(lexeme.text) || /[\p{L}\p{N}\p{Co}]/u.test(lexeme.text));
}

/** Before a word, a quote or a group: "-5 degrees" and a dash between words are plain text. */
function isMinus(query: string, at: number, grouped: boolean): boolean {
  return query[at] === "-" && (/^-[\p{L}"“„«「『]/u.test(query.slice(at)) || (grouped && query.startsWith("-(", at)));
}

function quoted(query: string, at: number): Lexeme {
  const end = closingQuote(query, at);
  return { is: "phrase", text: query.slice(at + 1, end), at, end: end + 1 };
}

function closingQuote(query: string, at: number): number {
  const closing = CLOSING[query[at] ?? ""] ?? "";
  for (let end = at + 1; end < query.length; end++) if (closing.includes(query[end] ?? "")) return end;
  throw malformed(query, at, "the quote is not closed");
}

function fieldAt(query: string, at: number, inGroup: boolean): Lexeme | undefined {
  FIELD.lastIndex = at;
  const name = FIELD.exec(query)?.[0];
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

function wordAt(query: string, at: number, grouped: boolean): Lexeme {
  const text = (grouped ? /^[^\s()]+/ : /^\S+/).exec(query.slice(at))?.[0] ?? query.slice(at, at + 1);
  const end = at + text.length;
  if (text === "AND" || text === "OR" || text === "NOT") return { is: text, at, end };
  if (text.endsWith("*") && /^(?:[\p{L}\p{N}\p{M}]['’]?){2,}\*$/u.test(text) && !isUnspaced(text)) return { is: "prefix", text: text.slice(0, -1), at, end };
  return { is: "word", text, at, end };
}
