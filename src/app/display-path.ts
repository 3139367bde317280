import { isAbsolute, relative, sep } from "node:path";
import { isObject, type Location } from "../location.ts";

/** As the user would write it: relative to the current folder when beneath it, else absolute. */
export function displayPath(path: Location, cwd: string): string {
  if (isObject(path)) return path;
  const near = relative(cwd, path);
  return near === "" || near === ".." || near.startsWith(`..${sep}`) || isAbsolute(near)
    ? path
    : near;
}
