/** What JSON from outside may hold. */
export interface JsonBounds {
  /** Objects and lists inside each other. */
  readonly maxDepth: number;
  /** Members of objects and items of lists, of all of them together. */
  readonly maxValues: number;
}

/** An answer of a recogniser or an embedder, or a transcript that some program wrote. */
const BOUNDS: JsonBounds = { maxDepth: 64, maxValues: 2_000_000 };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPENS = new Set([0x5b, 0x7b]);
const CLOSES = new Set([0x5d, 0x7d]);

/**
 * Parses JSON of which the size is bounded already. Its depth and its number of values are looked
 * at before anything is made of it: a megabyte of brackets becomes a hundred megabytes of lists.
 * @throws SyntaxError
 */
export function parseBoundedJson(
  text: string,
  { maxDepth, maxValues }: JsonBounds = BOUNDS,
): unknown {
  let depth = 0;
  let values = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) index = endOfString(text, index);
    else if (code === COMMA) values++;
    else if (OPENS.has(code)) {
      depth++;
      values++;
    } else if (CLOSES.has(code)) depth--;
    if (depth > maxDepth) throw new SyntaxError(`JSON of more than ${maxDepth} levels`);
    if (values > maxValues) throw new SyntaxError(`JSON of more than ${maxValues} values`);
  }
  return JSON.parse(text) as unknown;
}

/** The place of the quote that ends the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end;
}

function isEscaped(text: string, index: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(index - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}
