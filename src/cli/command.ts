import type { Context } from "../app/context.ts";
import type { CliStreams } from "../terminal/io.ts";
import type { StatusLine } from "../terminal/status-line.ts";
import type { FlagsOf, FlagValue } from "./flags.ts";
import type { CommandSpec } from "./spec.ts";

/** The application, and the streams that only this door knows. */
export interface CommandContext extends Context {
  readonly io: CliStreams;
  /** Shows what the application tells. A command ends it before it prints a result. */
  readonly status: StatusLine;
  /** Makes commands that a text proposes work as printed: for the library of this call. */
  readonly hint: (text: string) => string;
}

/**
 * Parses, calls, prints. It gets the flags that its spec S lists.
 * @returns the exit code; failures are thrown.
 */
export type Command<S extends CommandSpec> = (
  args: readonly string[],
  flags: FlagsOf<S>,
  context: CommandContext,
) => Promise<number>;

/** One entry of the command table. */
export interface CommandEntry extends CommandSpec {
  readonly load: () => Promise<{
    readonly run: (
      args: readonly string[],
      flags: Readonly<Record<string, FlagValue>>,
      context: CommandContext,
    ) => Promise<number>;
  }>;
}
