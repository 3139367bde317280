import { MediasearchError } from "../errors.ts";

/**
 * Globs that match in time proportional to the lengths of pattern and name, whatever the pattern:
 * the set of all states is followed at once (Thompson 1968, "Regular expression search algorithm"),
 * so that nothing is tried twice. Patterns come from people and from assistants.
 *
 * `*` and `?` stay within a folder, `**` as a whole part of a path passes over any number of
 * folders; `[a-z]`, `[!a-z]`, `{a,b}`, `?(a|b)`, `*(a|b)`, `+(a|b)`, `@(a|b)`, `\` before a sign,
 * and `!` before the whole pattern.
 */

/** No pattern has more UTF-16 units, and none nests deeper. */
export const MAX_GLOB_LENGTH = 2000;
const MAX_DEPTH = 20;

interface State {
  /** Leads to `next` when it takes a character; undefined for a state that leads on without one. */
  takes: ((letter: string) => boolean) | undefined;
  next: State[];
}

/** A part of the automaton: where it begins, and the empty state in which it ends. */
interface Part {
  readonly start: State;
  readonly end: State;
}

const emptyState = (): State => ({ takes: undefined, next: [] });

function single(takes: (letter: string) => boolean): Part {
  const end = emptyState();
  return { start: { takes, next: [end] }, end };
}

function inSequence(parts: readonly Part[]): Part {
  const start = emptyState();
  let end = start;
  for (const part of parts) {
    end.next.push(part.start);
    end = part.end;
  }
  return { start, end };
}

function oneOf(parts: readonly Part[]): Part {
  const [start, end] = [emptyState(), emptyState()];
  for (const part of parts) {
    start.next.push(part.start);
    part.end.next.push(end);
  }
  return { start, end };
}

/** As often as the sign before a group says. */
function repeated(part: Part, sign: string): Part {
  const [start, end] = [emptyState(), emptyState()];
  start.next.push(part.start);
  part.end.next.push(end);
  if (sign === "*" || sign === "?") start.next.push(end);
  if (sign === "*" || sign === "+") end.next.push(start);
  return { start, end };
}

const isInName = (letter: string): boolean => letter !== "/";
const nameLetters = (): Part => repeated(single(isInName), "*");
/** `a/` any number of times. */
const folders = (): Part =>
  repeated(inSequence([repeated(single(isInName), "+"), single((letter) => letter === "/")]), "*");

const MAX_SHOWN = 60;

function refusedPattern(letters: readonly string[], why: string): MediasearchError {
  const shown = `${letters.slice(0, MAX_SHOWN).join("")}${letters.length > MAX_SHOWN ? "…" : ""}`;
  return new MediasearchError("USAGE", `${shown}: ${why}`, {
    subject: shown,
    hint: "a shorter pattern, or several",
  });
}

interface Cursor {
  readonly letters: readonly string[];
  position: number;
}

const peek = ({ letters, position }: Cursor, offset = 0): string =>
  letters[position + offset] ?? "";
const isAtEnd = ({ letters, position }: Cursor): boolean => position >= letters.length;

/** Reads up to one of the signs that end a group; at the top level there are none. */
function readSequence(cursor: Cursor, ends: string, depth: number): Part {
  const parts: Part[] = [];
  while (!isAtEnd(cursor) && !ends.includes(peek(cursor))) parts.push(readOne(cursor, depth));
  return inSequence(parts);
}

function readOne(cursor: Cursor, depth: number): Part {
  const letter = peek(cursor);
  if ("?*+@".includes(letter) && peek(cursor, 1) === "(" && isClosed(cursor, "(", ")", 1)) {
    cursor.position += 2;
    return repeated(readChoices(cursor, "|", ")", depth), letter);
  }
  if (letter === "{" && isClosed(cursor, "{", "}", 0)) {
    cursor.position++;
    return readChoices(cursor, ",", "}", depth);
  }
  if (letter === "*") return readStars(cursor);
  if (letter === "[") return readClass(cursor);
  if (letter === "/" && cursor.letters.slice(cursor.position).join("") === "/**")
    return readTree(cursor);
  cursor.position++;
  if (letter === "?") return single(isInName);
  return single(letter === "\\" && !isAtEnd(cursor) ? isNextOf(cursor) : (one) => one === letter);
}

/** What is escaped stands for itself. */
function isNextOf(cursor: Cursor): (letter: string) => boolean {
  const escaped = peek(cursor);
  cursor.position++;
  return (letter) => letter === escaped;
}

/** Whether a group that begins here has an end; without one its sign stands for itself. */
function isClosed(
  { letters, position }: Cursor,
  open: string,
  close: string,
  offset: number,
): boolean {
  let depth = 0;
  for (let at = position + offset; at < letters.length; at++) {
    const letter = letters[at];
    if (letter === "\\") at++;
    else if (letter === open) depth++;
    else if (letter === close && --depth === 0) return true;
  }
  return false;
}

function readChoices(cursor: Cursor, separator: string, close: string, depth: number): Part {
  if (depth >= MAX_DEPTH)
    throw refusedPattern(cursor.letters, `groups more than ${MAX_DEPTH} deep`);
  const choices = [readSequence(cursor, separator + close, depth + 1)];
  while (peek(cursor) === separator) {
    cursor.position++;
    choices.push(readSequence(cursor, separator + close, depth + 1));
  }
  cursor.position++;
  return oneOf(choices);
}

/** `/**` at the end: the folder itself, and everything below it. */
function readTree(cursor: Cursor): Part {
  cursor.position = cursor.letters.length;
  const below = inSequence([
    single((letter) => letter === "/"),
    repeated(
      single(() => true),
      "*",
    ),
  ]);
  return repeated(below, "?");
}

function readStars(cursor: Cursor): Part {
  const first = cursor.position;
  const isFirst = first === 0 || peek(cursor, -1) === "/";
  do cursor.position++;
  while (peek(cursor) === "*" && peek(cursor, 1) !== "(");
  const isWholePart = isFirst && cursor.position - first === 2;
  if (isWholePart && isAtEnd(cursor))
    return repeated(
      single(() => true),
      "*",
    );
  if (!isWholePart || peek(cursor) !== "/") return nameLetters();
  cursor.position++;
  return folders();
}

/** `[a-z]`; without an end the bracket stands for itself. */
function readClass(cursor: Cursor): Part {
  const { letters, position } = cursor;
  const isNegated = peek(cursor, 1) === "!" || peek(cursor, 1) === "^";
  const first = position + (isNegated ? 2 : 1);
  // A bracket that comes first is one of the letters.
  const end = letters.indexOf("]", first + 1);
  if (end < 0) {
    cursor.position++;
    return single((letter) => letter === "[");
  }
  const ranges = rangesOf(letters.slice(first, end));
  cursor.position = end + 1;
  return single(
    (letter) =>
      isInName(letter) && ranges.some(([from, to]) => letter >= from && letter <= to) !== isNegated,
  );
}

function rangesOf(letters: readonly string[]): (readonly [string, string])[] {
  const ranges: (readonly [string, string])[] = [];
  for (let at = 0; at < letters.length; at++) {
    const from = letters[at] ?? "";
    const to = letters[at + 2];
    if (letters[at + 1] === "-" && to !== undefined) {
      ranges.push([from, to]);
      at += 2;
    } else ranges.push([from, from]);
  }
  return ranges;
}

export interface GlobOptions {
  readonly ignoreCase?: boolean;
}

/**
 * Makes a test for names from a pattern.
 * @throws USAGE when the pattern is too long or its groups nest too deep.
 */
export function globMatcher(
  pattern: string,
  { ignoreCase = false }: GlobOptions = {},
): (name: string) => boolean {
  if (pattern.length > MAX_GLOB_LENGTH)
    throw refusedPattern([...pattern], `a pattern of more than ${MAX_GLOB_LENGTH} signs`);
  const isNegated = pattern.startsWith("!");
  const folded = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
  const letters = [...folded(isNegated ? pattern.slice(1) : pattern)];
  const { start, end } = readSequence({ letters, position: 0 }, "", 0);
  return (name) => follow(start, end, folded(name)) !== isNegated;
}

function follow(start: State, end: State, name: string): boolean {
  let current = reachable([start]);
  for (const letter of name) {
    const next: State[] = [];
    for (const state of current) if (state.takes?.(letter) === true) next.push(...state.next);
    if (next.length === 0) return false;
    current = reachable(next);
  }
  return current.has(end);
}

/** The states themselves and those that they lead to without a character. */
function reachable(states: readonly State[]): ReadonlySet<State> {
  const found = new Set(states);
  for (const state of found)
    if (state.takes === undefined) for (const next of state.next) found.add(next);
  return found;
}

/**
 * Makes plain characters of signs that are parts of names, as shells and people take them: groups
 * in parentheses, bars, and an exclamation mark at the beginning.
 */
export const escapeNameSigns = (glob: string): string =>
  glob.replace(/[()|]/g, "\\$&").replace(/^!/, "\\!");
