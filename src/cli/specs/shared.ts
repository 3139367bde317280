import { SETTINGS } from "../../config/settings.ts";
import type { OptionSpec } from "../spec.ts";

export const STORE_OPTION = {
  flags: "--store <path>",
  help: SETTINGS.store.help,
} as const satisfies OptionSpec;
export const JSON_SWITCH = {
  flags: "--json",
  help: "the same as --format json",
} as const satisfies OptionSpec;
export const INCLUDE_OPTION = {
  flags: "--include <glob>",
  help: "only files that match, relative to the folder (repeatable)",
  repeatable: true,
} as const satisfies OptionSpec;
export const EXCLUDE_OPTION = {
  flags: "--exclude <glob>",
  help: "leave out files and folders that match (repeatable)",
  repeatable: true,
} as const satisfies OptionSpec;
export const DRY_RUN_OPTION = {
  flags: "-n, --dry-run",
  help: "show what would be done, and do nothing",
} as const satisfies OptionSpec;
export const PATHS_ARGUMENT = {
  name: "[paths...]",
  help: "files, folders, s3:// places and links (https://…)",
} as const;
/** The option of a command that prints in several forms; `text` where none is named. */
export const format = <const C extends readonly string[]>(...choices: C) =>
  ({
    flags: "--format <format>",
    help: "how to print",
    choices,
    fallback: "text",
  }) as const;
export const RAW_CELLS_OPTION = {
  flags: "--raw-cells",
  help: "with csv and tsv: no apostrophe before text that a spreadsheet would run as a formula",
} as const satisfies OptionSpec;
export const CONTEXT_OPTION = {
  flags: "-C, --context <n>",
  help: "number of lines before and after each hit",
} as const satisfies OptionSpec;
export const PRINT0_OPTION = {
  flags: "--print0",
  help: "only the names of the files, each ended by a NUL, for xargs -0",
} as const satisfies OptionSpec;
export const RECORD_FORMATS = ["text", "json", "ndjson", "csv", "tsv", "md"] as const;
export const LANGUAGE_OPTION = {
  flags: "--language <tag>",
  help: SETTINGS.language.help,
} as const satisfies OptionSpec;

export const SPEAKERS_OPTION = {
  flags: "--speakers [n]",
  help: SETTINGS.speakers.help,
  bare: "auto",
} as const satisfies OptionSpec;

export const VOCABULARY_OPTION = {
  flags: "--vocabulary <file>",
  help: SETTINGS.vocabulary.help,
} as const satisfies OptionSpec;

/** Options of every command; shown in the help of `config`. */
export const GLOBAL_OPTIONS = [
  {
    flags: "--config <file>",
    help: "a configuration file of your choice, in place of mediasearch.config.json",
  },
  {
    flags: "--env-file <file>",
    help: "read variables from a file of NAME=value lines; those of the environment win",
  },
  { flags: "-q, --quiet", help: "results and errors only" },
  {
    flags: "--color <when>",
    help: "always, never, or auto: on a terminal, unless NO_COLOR says no",
    choices: ["always", "never", "auto"],
  },
] as const satisfies readonly OptionSpec[];

/** Conditions on files; the same as in a query, `name:value`. */
export const FILE_FILTERS = [
  { flags: "--title <words>", rejectRepeat: true, help: "only with these words in the title" },
  {
    flags: "--show <words>",
    rejectRepeat: true,
    help: "only of this show: podcast, series, channel or artist",
  },
  {
    flags: "--chapter <words>",
    rejectRepeat: true,
    help: "only under a chapter whose heading has these words",
  },
  { flags: "--lang <tag>", rejectRepeat: true, help: "only in this language: en takes en-GB too" },
  {
    flags: "--origin <origin>",
    rejectRepeat: true,
    help: "only captions, or only recognised speech",
    choices: ["captions", "asr"],
  },
  {
    flags: "--after <date>",
    rejectRepeat: true,
    help: "only recorded on or after this day: 2026, 2026-01, 2026-01-31, yesterday, 7d",
  },
  { flags: "--before <date>", rejectRepeat: true, help: "only recorded before this day" },
  {
    flags: "--duration <range>",
    rejectRepeat: true,
    help: "only files of this length: '>10m', '<=1h30m', 10m..20m",
  },
] as const satisfies readonly OptionSpec[];
