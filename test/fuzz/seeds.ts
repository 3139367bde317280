import { existsSync, readdirSync, readFileSync } from "node:fs";

const KEPT = new URL("seeds/", import.meta.url);

/** Inputs that were finds, kept for ever, and others that a person wrote. */
export function keptSeeds(target: string): Uint8Array[] {
  const folder = new URL(`${target}/`, KEPT);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((name) => readFileSync(new URL(name, folder)));
}

/** The samples in the tests of a reader: its string literals of some length. */
export function samplesIn(path: string): Uint8Array[] {
  const source = readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
  const literals = [...source.matchAll(/`([^`]{20,})`|"((?:[^"\\\n]|\\.){20,})"|'([^'\n]{20,})'/g)];
  return literals.map(([, template, double, single]) =>
    Buffer.from(
      (template ?? double ?? single ?? "").replaceAll("\\n", "\n").replaceAll('\\"', '"'),
    ),
  );
}
