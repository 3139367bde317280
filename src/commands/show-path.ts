import { isAbsolute, relative, sep } from "node:path";

/** As the user would write it: relative to the current folder when beneath it, else absolute. */
export function showPath(path: string, cwd: string): string {
  const near = relative(cwd, path);
  return near === "" || near === ".." || near.startsWith(`..${sep}`) || isAbsolute(near) ? path : near;
}
