import { statSync } from "node:fs";

/** Names a file whatever its path; undefined where there is none. */
export function fileKeyOf(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat && `${stat.dev}:${stat.ino}`;
}
