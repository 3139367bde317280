import type { ErrorCode } from "../errors.ts";

export interface OptionSpec {
  /** As commander takes it: `-l, --limit <n>`. */
  readonly flags: string;
  readonly help: string;
  readonly choices?: readonly string[];
  readonly fallback?: string;
  /** What the option means without its value, where that is optional: `--speakers [n]`. */
  readonly bare?: string;
  /** May be given more than once. */
  readonly repeatable?: boolean;
  /** A second one would silently take the place of the first, which is no mere default. */
  readonly rejectRepeat?: true;
}

export interface ArgumentSpec {
  /** `<file>` required, `[file]` optional, `[paths...]` any number. */
  readonly name: string;
  readonly help: string;
  readonly choices?: readonly string[];
}

/**
 * What the program knows of a command before it runs: parser, help, docs and completion come from
 * it.
 */
export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  readonly details?: string;
  readonly args: readonly ArgumentSpec[];
  readonly options: readonly OptionSpec[];
  readonly examples: readonly (readonly [command: string, what: string])[];
  /** Besides 0, BUG and USAGE, which every command may end with. */
  readonly exitCodes: readonly ErrorCode[];
  /** Stopped half-way, the same command goes on from there. */
  readonly resumable?: true;
  /** What the line of state says at once, where it takes a while until there is more to say. */
  readonly opening?: string;
  /** It prints what is to be said about the configuration itself, so that nobody is told twice. */
  readonly showsNotices?: true;
}
