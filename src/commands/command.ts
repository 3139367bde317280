import type { Context } from "../context.ts";
import { type ErrorCode, MediasearchError } from "../errors.ts";

export interface OptionSpec {
  /** As commander takes it: `-l, --limit <n>`. */
  readonly flags: string;
  readonly help: string;
  readonly choices?: readonly string[];
  readonly fallback?: string;
  /** May be given more than once. */
  readonly repeatable?: boolean;
  /** A second one would silently take the place of the first, which is no mere default. */
  readonly once?: true;
}

export interface ArgumentSpec {
  /** `<file>` required, `[file]` optional, `[paths...]` any number. */
  readonly name: string;
  readonly help: string;
  readonly choices?: readonly string[];
}

/** Values as the command line gave them: strings, true for switches, lists for what is repeatable. */
export type Flags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** Parses, calls, prints. @returns the exit code; failures are thrown. */
export type Command = (args: readonly string[], flags: Flags, context: Context) => Promise<number>;

/** One entry of the command table: parser, help, docs and completion come from it. */
export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  readonly details?: string;
  readonly args: readonly ArgumentSpec[];
  readonly options: readonly OptionSpec[];
  readonly examples: readonly (readonly [command: string, what: string])[];
  /** Besides 0, BUG and USAGE, which every command may end with. */
  readonly exits: readonly ErrorCode[];
  /** Stopped half-way, the same command goes on from there. */
  readonly goesOn?: true;
  /** It prints what is to be said about the configuration itself, so that nobody is told twice. */
  readonly showsNotices?: true;
  readonly load: () => Promise<{ readonly run: Command }>;
}

export const text = (flags: Flags, name: string): string | undefined => {
  const value = flags[name];
  return typeof value === "string" ? value : undefined;
};

export const list = (flags: Flags, name: string): readonly string[] => {
  const value = flags[name];
  return Array.isArray(value)
    ? (value as readonly string[])
    : typeof value === "string"
      ? [value]
      : [];
};

export const isOn = (flags: Flags, name: string): boolean => flags[name] === true;

/** @throws USAGE unless it is a whole number in that range. */
export function whole(flags: Flags, name: string, least: number, most: number): number | undefined {
  const given = text(flags, name);
  if (given === undefined) return undefined;
  const value = Number(given);
  if (given.trim() === "" || !Number.isInteger(value) || value < least || value > most)
    throw new MediasearchError(
      "USAGE",
      `--${name}: must be a whole number from ${least} to ${most}, not "${given}"`,
    );
  return value;
}
