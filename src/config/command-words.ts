/**
 * A command as a JSON list of words, or as words with quotes as in a shell: spaces part words, '…' takes everything, "…" and \ work as usual. Nothing else of a shell
 * is known: no variables, globs, pipes. @throws Error saying what is wrong.
 */
export function commandWords(text: string): string[] {
  const words = text.trim().startsWith("[") ? fromJson(text) : fromShell(text);
  if (words.length === 0 || words[0] === "") throw new Error("must be a command");
  return words;
}

function fromJson(text: string): string[] {
  const value: unknown = (() => {
    try {
      return JSON.parse(text);
    } catch {
      throw new Error("must be a JSON list of words when it begins with [");
    }
  })();
  if (!Array.isArray(value) || value.some((word) => typeof word !== "string"))
    throw new Error("must be a list of words");
  return value as string[];
}

function fromShell(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const letter = text[at] ?? "";
    if (
      quote === "'"
        ? letter !== "'"
        : letter === "\\" && (quote === "" || /["\\$`]/.test(text[at + 1] ?? ""))
    )
      word = (word ?? "") + (quote === "'" ? letter : (text[++at] ?? ""));
    else if (quote !== "" && letter === quote) quote = "";
    else if (quote === "" && (letter === "'" || letter === '"'))
      [quote, word] = [letter, word ?? ""];
    else if (quote === "" && /\s/.test(letter)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + letter;
  }
  if (quote !== "") throw new Error(`has a ${quote} without its counterpart`);
  return word === undefined ? words : [...words, word];
}
