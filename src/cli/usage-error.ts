import type { CommanderError } from "commander";
import { MediasearchError } from "../errors.ts";
import { quoteShellWord } from "../shell-words.ts";
import { commandOf } from "./command-table.ts";
import { optionsOf } from "./report-error.ts";

/**
 * What commander says of a command line that it refuses, as an error of ours: what is wrong, then
 * what was meant or where to look.
 */
export function asUsage({ message }: CommanderError, argv: readonly string[]): MediasearchError {
  const [wrong = "", meant] = message.replace(/^error: /, "").split("\n");
  const [, word] = /^unknown option '(-[^-].*)'$/.exec(wrong) ?? [];
  const spec = commandOf(argv);
  const command = spec ? `mediasearch ${spec.name}` : "mediasearch";
  if (word !== undefined && spec !== undefined && spec.args.length > 0)
    return new MediasearchError("USAGE", wrong, {
      subject: word,
      hint: `${QUERYING.has(spec.name) ? "if it belongs to the query" : "if it is no option"}: ${wordsAfterDashes(argv)}`,
    });
  const guessed = GUESSES[argv[0] ?? ""];
  if (guessed !== undefined && spec === undefined)
    return new MediasearchError("USAGE", `there is no command ${argv[0]}`, {
      subject: argv[0],
      hint: ["mediasearch", guessed, ...argv.slice(1).map(asTyped)].join(" "),
    });
  return new MediasearchError("USAGE", wrong, {
    hint: [
      ...(meant ? [meant.replace(/^\((.*)\)$/, "$1")] : []),
      `${command} --help shows what there is`,
    ].join(" "),
  });
}

const QUERYING = new Set(["search", "ask"]);

/** Names that people try, and the commands that do what they mean. */
const GUESSES: Readonly<Record<string, string>> = {
  add: "index",
  scan: "index",
  update: "index",
  refresh: "index",
  transcribe: "index",
  watch: "index --watch",
  find: "search",
  query: "search",
  grep: "search",
  show: "transcript",
  cat: "transcript",
  view: "transcript",
  read: "transcript",
  ls: "list",
  files: "list",
  delete: "remove",
  rm: "remove",
  forget: "remove",
  undo: "edits undo",
  info: "status",
  stats: "status",
  check: "doctor",
  settings: "config",
  version: "--version",
};

/** As somebody would type it. */
const asTyped = (word: string): string =>
  /^[\w@%+=:,./~-]+$/.test(word) ? word : quoteShellWord(word);

/**
 * The same command line with all that is no known option after `--`, where nothing is an option.
 */
function wordsAfterDashes([name = "", ...args]: readonly string[]): string {
  const { switches, taking } = optionsOf(name);
  const [options, words]: [string[], string[]] = [[], []];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (taking.has(arg)) options.push(arg, ...args.slice(++i, i + 1));
    else if (switches.has(arg) || taking.has(arg.replace(/=.*/s, ""))) options.push(arg);
    else words.push(arg);
  }
  return ["mediasearch", name, ...options.map(asTyped), "--", ...words.map(asTyped)].join(" ");
}
