import { isAbsolute, relative, sep } from "node:path";
import { isObject, type Location } from "../location.ts";

/**
 * As the user would write it: relative to the current folder when beneath it, else absolute. A name
 * that begins with a hyphen gets `./`, so that no program takes it for an option.
 */
export function displayPath(path: Location, cwd: string): string {
  if (isObject(path)) return path;
  const near = relative(cwd, path);
  if (near === "" || near === ".." || near.startsWith(`..${sep}`) || isAbsolute(near)) return path;
  return near.startsWith("-") ? `.${sep}${near}` : near;
}
