import { execFileSync } from "node:child_process";
import { tempFolder } from "./run.ts";

/**
 * The words that a shell makes of the first command of mediasearch in a hint; it runs in an empty
 * folder.
 */
export function wordsInShell(hint: string): readonly string[] {
  const command = hint.slice(hint.indexOf("mediasearch "));
  const script = `mediasearch() { printf '%s\\0' "$@"; }\n${command}`;
  return execFileSync("sh", ["-c", script], { encoding: "utf8", cwd: tempFolder() })
    .split("\0")
    .slice(0, -1);
}
