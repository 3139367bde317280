import { lstat, readdir } from "node:fs/promises";
import { join, parse, sep } from "node:path";
import { isRemote, type Location } from "../location.ts";

/**
 * A place as its file system spells it. Where letters of another case, or another form of Unicode,
 * mean the same file, a name that somebody typed is not the one that a walk finds. Links stay.
 */
export async function spelledLocation(location: Location): Promise<Location> {
  if (isRemote(location)) return location;
  const { root } = parse(location);
  let path = root;
  for (const name of location.slice(root.length).split(sep))
    path = join(path, name === "" ? name : await spelledName(path, name));
  return path;
}

/** As it was typed where nothing else means the same, or nobody may look. */
async function spelledName(folder: string, name: string): Promise<string> {
  const own = await idOf(join(folder, name));
  if (own === undefined || !(await hasOtherSpelling(folder, name, own))) return name;
  const names: readonly string[] = await readdir(folder).catch(() => []);
  if (names.includes(name)) return name;
  const folded = fold(name);
  for (const one of names)
    if (fold(one) === folded && (await idOf(join(folder, one))) === own) return one;
  return name;
}

async function hasOtherSpelling(folder: string, name: string, own: string): Promise<boolean> {
  for (const other of [swapCase(name), name.normalize("NFC"), name.normalize("NFD")])
    if (other !== name && (await idOf(join(folder, other))) === own) return true;
  return false;
}

/** Two names of one file have the same; undefined where there is none. */
const idOf = (path: string): Promise<string | undefined> =>
  lstat(path, { bigint: true }).then(
    ({ dev, ino }) => `${dev}:${ino}`,
    () => undefined,
  );

const fold = (name: string): string => name.normalize("NFC").toLowerCase();

const swapCase = (name: string): string =>
  name === name.toLowerCase() ? name.toUpperCase() : name.toLowerCase();
