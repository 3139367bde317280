import { MediasearchError } from "../errors.ts";

/** Values as the command line gave them: strings, true for switches, lists for what is repeatable. */
export type Flags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export const stringFlag = (flags: Flags, name: string): string | undefined => {
  const value = flags[name];
  return typeof value === "string" ? value : undefined;
};

export const listFlag = (flags: Flags, name: string): readonly string[] => {
  const value = flags[name];
  return Array.isArray(value)
    ? (value as readonly string[])
    : typeof value === "string"
      ? [value]
      : [];
};

export const hasFlag = (flags: Flags, name: string): boolean => flags[name] === true;

/** @throws USAGE unless it is a whole number in that range. */
export function integerFlag(
  flags: Flags,
  name: string,
  least: number,
  most: number,
): number | undefined {
  const given = stringFlag(flags, name);
  if (given === undefined) return undefined;
  const value = Number(given);
  if (given.trim() === "" || !Number.isInteger(value) || value < least || value > most)
    throw new MediasearchError(
      "USAGE",
      `--${name}: must be a whole number from ${least} to ${most}, not "${given}"`,
    );
  return value;
}
