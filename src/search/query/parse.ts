import type { AssetId } from "../../backends/catalog.ts";
import type { Condition } from "../../backends/search-index.ts";
import type { SearchTerm } from "../../text/terms.ts";
import { FIELD_CONDITIONS, nearTime, whyUnfit } from "./fields.ts";
import { hasLetter, type Lexeme, lexQuery, malformed } from "./lex.ts";
import { signWords } from "../../text/side-text.ts";
import type { TextPattern } from "../../text/text-patterns.ts";
import { queryTerms } from "../../text/query-terms.ts";
import type { MarkedTerm } from "../snippet.ts";
import { STOP_WORDS } from "../../text/stop-words.ts";
import { wordPattern } from "../../text/words.ts";

/** A query after parsing: signs say what must hold, words say what is ranked. */
export interface ParsedQuery {
  readonly terms: readonly SearchTerm[];
  /** As in `TextQuery`: what must hold finds already, the terms only rank. */
  readonly termsOptional: boolean;
  readonly where: Condition | undefined;
  /** Whether whatever meets `where` has some text that is looked for. */
  readonly needsText: boolean;
  readonly marks: readonly MarkedTerm[];
  /** The text that is compared by meaning; "" when the query has conditions only. */
  readonly meaning: string;
  /** The plain words that are wanted, with their UTF-16 offsets. Any of them may be misspelt. */
  readonly words: readonly { readonly text: string; readonly at: number }[];
}

/** The patterns of `file:` in a query: whoever parses it looks up the files first. */
export const filePatterns = (query: string): string[] =>
  !/file:/i.test(query)
    ? []
    : lexemes(query).flatMap((lexeme) =>
        lexeme.is === "field" && lexeme.name === "file" ? [lexeme.value] : [],
      );

/** In capitals only, AND, OR and NOT that do not fit are words like the others. */
function lexemes(query: string): Lexeme[] {
  if (/[a-z]/.test(query) || !isInCapitals(query)) return lexQuery(query);
  try {
    const found = lexQuery(query);
    parseLexemes(query, found, new Map());
    return found;
  } catch {
    return [...query.matchAll(/\S+/g)]
      .filter(([text]) => hasLetter(text))
      .map(({ 0: text, index: at }) => ({ is: "word", text, at, end: at + text.length }));
  }
}

/** A function of its own, as in `lex.ts`: few queries come by here. */
const isInCapitals = (query: string): boolean => !/\p{Ll}/u.test(query) && /\p{Lu}/u.test(query);

type Node =
  | { readonly is: "word" | "phrase" | "prefix"; readonly text: string; readonly at: number }
  | {
      readonly is: "near";
      readonly text: string;
      readonly at: number;
      readonly within: number;
    }
  | {
      readonly is: "pattern";
      readonly text: string;
      readonly at: number;
      readonly pattern: TextPattern;
    }
  | { readonly is: "condition"; readonly condition: Condition }
  | { readonly is: "not"; readonly node: Node }
  | { readonly is: "or"; readonly nodes: readonly Node[] }
  | {
      readonly is: "row";
      readonly items: readonly { readonly node: Node; readonly required: boolean }[];
    };

/** @throws USAGE with the place where it is malformed. */
export function parseQuery(
  query: string,
  files: ReadonlyMap<string, ReadonlySet<AssetId>> = new Map(),
): ParsedQuery {
  const queryLexemes = lexemes(query);
  const node = parseLexemes(query, queryLexemes, files);
  const wanted = wantedTerms(node);
  const where = requiredCondition(node, true);
  const words = wanted.filter(({ is }) => is === "word");
  const wordTerms = queryTerms(words.map(({ text }) => text).join(" "));
  const terms: SearchTerm[] = [
    ...wordTerms,
    ...wanted.flatMap(({ is, text }): SearchTerm[] => {
      if (is === "prefix") return [{ prefix: text }];
      if (is === "near") return queryTerms(text);
      return is === "phrase" ? [text, ...queryTerms(text)] : [];
    }),
  ];
  const isPlain = queryLexemes.every(({ is }) => is === "word");
  return {
    terms: [...new Map(terms.map((term) => [JSON.stringify(term), term])).values()],
    termsOptional:
      where !== undefined &&
      (terms.length === 0 ||
        needsText(where) ||
        !(node.is === "row" && node.items.some(isOptional))),
    where,
    needsText: where !== undefined && needsText(where),
    marks: [...wordTerms, ...wanted.flatMap(marksOf)],
    meaning: isPlain && queryLexemes.length > 0 ? query : wanted.map(({ text }) => text).join(" "),
    words: words
      .flatMap(({ text, at }) =>
        [...text.matchAll(wordPattern(text))].map(({ 0: word, index }) => ({
          text: word,
          at: at + index,
        })),
      )
      .filter(({ text }) => !STOP_WORDS.has(text.toLowerCase())),
  };
}

function marksOf(node: Text): readonly MarkedTerm[] {
  switch (node.is) {
    case "word":
      return [];
    case "prefix":
      return [{ prefix: node.text }];
    case "phrase":
      return [{ phrase: node.text }];
    case "near":
      return queryTerms(node.text);
    case "pattern":
      return [{ pattern: node.pattern }];
  }
}

interface Cursor {
  readonly query: string;
  readonly found: readonly Lexeme[];
  readonly files: ReadonlyMap<string, ReadonlySet<AssetId>>;
  next: number;
}

/**
 * query := row (OR row)*; row := item (AND? item)*; item := (NOT | -) item | "(" query ")" | word |
 * "phrase" | "near"~5 | prefix* | w?ld*card | fuzzy~ | /regex/ | field:value.
 * Words side by side are not required, what stands beside AND is.
 */
function parseLexemes(query: string, found: readonly Lexeme[], files: Cursor["files"]): Node {
  return found.length === 0 ? { is: "row", items: [] } : parseAny({ query, found, files, next: 0 });
}

const peek = (cursor: Cursor): Lexeme | undefined => cursor.found[cursor.next];

function parseAny(cursor: Cursor): Node {
  const nodes = [parseRow(cursor)];
  while (peek(cursor)?.is === "OR") {
    cursor.next++;
    nodes.push(parseRow(cursor));
  }
  return nodes.length === 1 && nodes[0] ? nodes[0] : { is: "or", nodes };
}

function parseRow(cursor: Cursor): Node {
  const items: { readonly node: Node; required: boolean }[] = [];
  for (let joined = false; ;) {
    const lexeme = peek(cursor);
    if (lexeme?.is === "AND") {
      const last = items.at(-1);
      if (joined || !last)
        throw malformed(cursor.query, lexeme.at, "AND needs something on both sides");
      last.required = joined = true;
      cursor.next++;
      continue;
    }
    if (!lexeme || lexeme.is === "OR" || lexeme.is === ")") {
      if (joined || items.length === 0) throw emptyQueryError(cursor);
      return { is: "row", items };
    }
    items.push({ node: parseItem(cursor), required: joined });
    joined = false;
  }
}

/** Something is missing here: the operator before the gap is at fault, unless there is none. */
function emptyQueryError(cursor: Cursor): Error {
  const before = cursor.found[cursor.next - 1];
  const guilty =
    before?.is === "AND" || before?.is === "OR" || before?.is === "NOT" ? before : peek(cursor);
  return malformed(cursor.query, guilty?.at ?? 0, missingPart(guilty?.is));
}

function missingPart(operator: Lexeme["is"] | undefined): string {
  if (operator === "AND" || operator === "OR") return `${operator} needs something on both sides`;
  return operator === "NOT" ? "nothing follows that it could leave out" : "nothing is in it";
}

function parseItem(cursor: Cursor): Node {
  const lexeme = peek(cursor);
  cursor.next++;
  if (lexeme?.is === "NOT") {
    const following = peek(cursor)?.is;
    if (following === undefined || following === "AND" || following === "OR" || following === ")")
      throw emptyQueryError(cursor);
    return { is: "not", node: parseItem(cursor) };
  }
  if (lexeme?.is === "(") {
    const node = parseAny(cursor);
    cursor.next++;
    return node;
  }
  if (lexeme?.is === "word" || lexeme?.is === "phrase" || lexeme?.is === "prefix")
    return { is: lexeme.is, text: lexeme.text, at: lexeme.at };
  if (lexeme?.is === "near" || lexeme?.is === "pattern") return lexeme;
  if (lexeme?.is === "field") return { is: "condition", condition: conditionOf(lexeme, cursor) };
  throw emptyQueryError(cursor);
}

function conditionOf(
  { name, value, valueAt }: Extract<Lexeme, { is: "field" }>,
  { query, files }: Cursor,
): Condition {
  if (name === "file" && value.trim() === "")
    throw malformed(query, valueAt, "file: must be a name, a path or a glob");
  if (name === "file") return { assets: files.get(value) ?? new Set(), named: value };
  try {
    if (name === "near") return nearTime(value);
    return FIELD_CONDITIONS[name === "language" ? "lang" : name](value);
  } catch (error) {
    const why = whyUnfit(error);
    throw why === undefined ? error : malformed(query, valueAt, `${name}: ${why}`);
  }
}

type Text = Extract<Node, { readonly text: string }>;
const isOptional = ({
  node,
  required,
}: {
  readonly node: Node;
  readonly required: boolean;
}): boolean =>
  !required && (node.is === "word" || (node.is === "row" && node.items.every(isOptional)));

/** What is looked for, in the order written; not what is left out. */
function wantedTerms(node: Node): Text[] {
  if ("text" in node) return [node];
  if (node.is === "or") return node.nodes.flatMap(wantedTerms);
  return node.is === "row" ? node.items.flatMap((item) => wantedTerms(item.node)) : [];
}

/**
 * Words side by side are required only inside of something that signs put together: there, one of
 * them, unless something else there is.
 */
function requiredCondition(node: Node, isTop: boolean): Condition | undefined {
  switch (node.is) {
    case "word":
      return oneOrMore("all", signTerms(node.text)) ?? { term: node.text };
    case "prefix":
      return { term: { prefix: node.text } };
    case "phrase":
      return oneOrMore("all", [{ phrase: node.text }, ...signTerms(node.text)]);
    case "near": {
      const near = queryTerms(node.text);
      return near.length < 2
        ? oneOrMore("all", near.map(termCondition))
        : { near, within: node.within };
    }
    case "pattern":
      return { pattern: node.pattern };
    case "condition":
      return node.condition;
    case "not": {
      const inner = requiredCondition(node.node, false);
      return inner && { not: inner };
    }
    case "or":
      return oneOrMore(
        "any",
        node.nodes.flatMap((one) => requiredCondition(one, false) ?? []),
      );
    case "row": {
      const hard = node.items
        .filter((item) => !isOptional(item))
        .flatMap((item) => requiredCondition(item.node, false) ?? []);
      const soft = node.items
        .filter(isOptional)
        .flatMap((item) => requiredCondition(item.node, false) ?? []);
      const isFound = isTop || soft.length === 0 || hard.some(needsText);
      return oneOrMore(
        "all",
        isFound ? hard : [...hard, ...[oneOrMore("any", soft)].flatMap((one) => one ?? [])],
      );
    }
  }
}

const termCondition = (term: string): Condition => ({ term });

/** In quotes and beside operators the signs of "C++" must be there too. */
const signTerms = (text: string): Condition[] => signWords(text).map(termCondition);

function oneOrMore(how: "all" | "any", conditions: readonly Condition[]): Condition | undefined {
  if (conditions.length <= 1) return conditions[0];
  return how === "all" ? { all: conditions } : { any: conditions };
}

/** Whether whatever meets the condition has some wanted text. */
function needsText(condition: Condition): boolean {
  if ("all" in condition) return condition.all.some(needsText);
  if ("any" in condition) return condition.any.every(needsText);
  return ["term", "phrase", "near", "pattern"].some((kind) => kind in condition);
}
