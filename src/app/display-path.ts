import { isAbsolute, parse, relative, sep } from "node:path";
import { isRemote, type Location } from "../location.ts";

/** A file's names for programs: the absolute one, and beside it the one that people read. */
export const fileNames = (
  path: Location,
  cwd: string,
): { readonly file: Location; readonly displayFile: string } => ({
  file: path,
  displayFile: displayPath(path, cwd),
});

/**
 * As the user would write it: relative to the current folder when beneath it, else absolute. A name
 * that begins with a hyphen gets `./`, so that no program takes it for an option.
 */
export function displayPath(path: Location, cwd: string): string {
  // From the root everything is beneath: the path itself says more.
  if (isRemote(path) || cwd === parse(cwd).root) return path;
  const near = relative(cwd, path);
  if (near === "" || near === ".." || near.startsWith(`..${sep}`) || isAbsolute(near)) return path;
  return near.startsWith("-") ? `.${sep}${near}` : near;
}
