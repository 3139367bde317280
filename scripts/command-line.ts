import { COMMANDS } from "../src/cli/command-table.ts";
import { GLOBAL_OPTIONS } from "../src/cli/specs/shared.ts";
import type { CommandSpec, OptionSpec } from "../src/cli/spec.ts";

/** An option as shells need it. */
export interface Option {
  readonly short: string | undefined;
  readonly long: string;
  /** Name of its value; undefined for switches. */
  readonly value: string | undefined;
  readonly isPath: boolean;
  readonly help: string;
  readonly choices: readonly string[];
  readonly fallback: string | undefined;
  readonly isRepeatable: boolean;
}

export interface Line {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly Option[];
  /** Words that the first argument may be; none: files. */
  readonly firstArgument: readonly string[];
  readonly takesFiles: boolean;
  /** Arguments that only the user knows. */
  readonly takesWords: boolean;
}

const PATHS = new Set(["path", "file", "folder", "paths", "files", "transcripts"]);
const bare = (name: string): string => name.replace(/[<>[\]]|\.\.\./g, "");

function optionOf({ flags, help, choices = [], fallback, repeatable = false }: OptionSpec): Option {
  const [, short, long = "", value] =
    /^(?:-(\w), )?--([\w-]+)(?: [<[]([^>\]]+)[>\]])?$/.exec(flags) ?? [];
  if (long === "") throw new Error(`no long name in ${flags}`);
  return {
    short,
    long,
    value: value?.replace("...", ""),
    isPath: PATHS.has(bare(value ?? "")),
    help,
    choices,
    fallback,
    isRepeatable: repeatable,
  };
}

const HELP: Option = {
  short: "h",
  long: "help",
  value: undefined,
  isPath: false,
  help: "show what there is",
  choices: [],
  fallback: undefined,
  isRepeatable: false,
};

function lineOf({ name, summary, options, args }: CommandSpec): Line {
  const everywhere = GLOBAL_OPTIONS.filter(
    ({ flags }) => !options.some((option) => option.flags === flags),
  );
  return {
    name,
    summary,
    options: [...[...options, ...everywhere].map(optionOf), HELP],
    firstArgument: args[0]?.choices ?? [],
    takesFiles: args.some((arg) => PATHS.has(bare(arg.name))),
    takesWords: args.some((arg) => !arg.choices && !PATHS.has(bare(arg.name))),
  };
}

/** The whole command line, out of the table that the parser is built from. */
export const commandLines = (): readonly Line[] => COMMANDS.map(lineOf);
