import { MediasearchError } from "../errors.ts";
import type { CommandSpec, OptionSpec } from "./spec.ts";

/** As the parser gives it: strings, true for switches, lists for what is repeatable. */
export type FlagValue = string | boolean | readonly string[] | undefined;

/** `-n, --dry-run` is dry-run, and so is `--dry-run <n>`. */
type LongName<F extends string> = F extends `${string}--${infer Rest}`
  ? Rest extends `${infer Name} ${"<" | "["}${string}`
    ? Name
    : Rest
  : never;

/** dry-run is dryRun, as the parser names it. */
type CamelCase<N extends string> = N extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : N;

type ValueOf<O extends OptionSpec> = O["flags"] extends `${string}${"<" | "["}${string}`
  ? O extends { readonly repeatable: true }
    ? readonly string[]
    : O extends { readonly choices: readonly (infer Choice)[] }
      ? Choice
      : string
  : true;

/**
 * The flags that a spec lists, by the names that the parser gives them. A name that it does not
 * list does not compile.
 */
export type FlagsOf<S extends Pick<CommandSpec, "options">> = {
  readonly [O in S["options"][number] as CamelCase<LongName<O["flags"]>>]?: ValueOf<O>;
};

/** Names of the flags whose values are of that type. */
type NamesOf<F, V> = { [K in keyof F]-?: NonNullable<F[K]> extends V ? K : never }[keyof F];

export const hasFlag = <F>(flags: F, name: NamesOf<F, true>): boolean => flags[name] === true;

/** @throws USAGE unless it is a whole number in that range. */
export function integerFlag<F>(
  flags: F,
  name: NamesOf<F, string> & string,
  min: number,
  max: number,
): number | undefined {
  const given = flags[name] as string | undefined;
  if (given === undefined) return undefined;
  const value = Number(given);
  if (given.trim() === "" || !Number.isInteger(value) || value < min || value > max)
    throw new MediasearchError(
      "USAGE",
      `--${name}: must be a whole number from ${min} to ${max}, not "${given}"`,
    );
  return value;
}
