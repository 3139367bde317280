import type { Context } from "../app/context.ts";
import type { ErrorCode } from "../errors.ts";
import type { Flags } from "./flags.ts";
import type { CliStreams } from "../terminal/io.ts";
import type { StatusLine } from "../terminal/status-line.ts";

export interface OptionSpec {
  /** As commander takes it: `-l, --limit <n>`. */
  readonly flags: string;
  readonly help: string;
  readonly choices?: readonly string[];
  readonly fallback?: string;
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

/** The application, and the streams that only this door knows. */
export interface CommandContext extends Context {
  readonly io: CliStreams;
  /** Shows what the application tells. A command ends it before it prints a result. */
  readonly status: StatusLine;
}

/** Parses, calls, prints. @returns the exit code; failures are thrown. */
export type Command = (
  args: readonly string[],
  flags: Flags,
  context: CommandContext,
) => Promise<number>;

/** One entry of the command table: parser, help, docs and completion come from it. */
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
  /** It prints what is to be said about the configuration itself, so that nobody is told twice. */
  readonly showsNotices?: true;
  readonly load: () => Promise<{ readonly run: Command }>;
}
