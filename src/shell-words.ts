/**
 * Parts a command line into words, with quotes as in a shell: spaces part words, '…' takes
 * everything, "…" and \ work as usual. Nothing else of a shell is known: no variables, patterns or
 * pipes. The line may hold secrets, so that no message quotes it.
 * @throws Error that says what is wrong, when a quote is not closed.
 */
export function splitShellWords(
  line: string,
  { escapes = true }: { /** false: \ parts folders, as on Windows. */ escapes?: boolean } = {},
): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let index = 0; index < line.length;) {
    const letter = line[index] ?? "";
    if (/\s/.test(letter)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      index++;
      continue;
    }
    const part = readWordPart(line, index, escapes);
    word = (word ?? "") + part.text;
    index = part.end;
  }
  return word === undefined ? words : [...words, word];
}

interface WordPart {
  readonly text: string;
  /** Where the next part begins. */
  readonly end: number;
}

/** What begins at `start`: a quoted part, an escaped character or a plain one. */
function readWordPart(line: string, start: number, escapes: boolean): WordPart {
  const letter = line[start] ?? "";
  if (letter === "'") return readSingleQuoted(line, start);
  if (letter === '"') return readDoubleQuoted(line, start, escapes);
  if (letter === "\\" && escapes) return { text: line[start + 1] ?? "", end: start + 2 };
  return { text: letter, end: start + 1 };
}

function readSingleQuoted(line: string, start: number): WordPart {
  const close = line.indexOf("'", start + 1);
  if (close < 0) throw unclosed("'");
  return { text: line.slice(start + 1, close), end: close + 1 };
}

/**
 * A backslash takes effect before what is special between double quotes, and stands for itself
 * elsewhere.
 */
function readDoubleQuoted(line: string, start: number, escapes: boolean): WordPart {
  let text = "";
  for (let index = start + 1; index < line.length; index++) {
    const letter = line[index] ?? "";
    if (letter === '"') return { text, end: index + 1 };
    if (escapes && letter === "\\" && /["\\$`]/.test(line[index + 1] ?? ""))
      text += line[++index] ?? "";
    else text += letter;
  }
  throw unclosed('"');
}

const unclosed = (quote: string): Error => new Error(`has a ${quote} without its counterpart`);

/**
 * Writes a word so that a shell takes it for one, whatever is in it: for command lines in hints.
 */
export const quoteShellWord = (word: string): string => `"${word.replace(/[\\"$`]/g, "\\$&")}"`;
