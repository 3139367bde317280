import { splitShellWords } from "../shell-words.ts";

/**
 * A command: a JSON list of words, or words with quotes as in a shell.
 * @throws Error that says what is wrong and does not quote the command, which may hold keys.
 */
export function commandWords(text: string): string[] {
  const words = text.trim().startsWith("[") ? fromJson(text) : splitShellWords(text);
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
