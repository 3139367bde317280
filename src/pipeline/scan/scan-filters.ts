import { nameBelow, nameOf, type Location } from "../../location.ts";
import { globMatcher } from "../../text/glob.ts";
import type { ScanOptions } from "./candidate.ts";

/** What goes along on the way through folders and buckets. */
export interface ScanFilters extends ScanOptions {
  /** Whether the globs let a file below this root through. */
  readonly accepts: (root: Location, path: Location) => boolean;
  readonly excludesFolder: (root: Location, path: Location) => boolean;
  readonly seenFolders: Set<string>;
  readonly seenFiles: Set<string>;
}

export function createScanFilters(options: ScanOptions): ScanFilters {
  // A pattern without a slash means the name at any depth, as in .gitignore.
  const compile = (globs: readonly string[]): ((name: string) => boolean) => {
    const matchers = globs.map((glob) => globMatcher(glob.includes("/") ? glob : `**/${glob}`));
    return (name) => matchers.some((matches) => matches(name));
  };
  const included = options.include.length > 0 ? compile(options.include) : () => true;
  const excluded = options.exclude.length > 0 ? compile(options.exclude) : () => false;
  const name = (root: Location, path: Location): string => nameBelow(path, root) ?? nameOf(path);
  return {
    ...options,
    accepts: (root, path) => included(name(root, path)) && !excluded(name(root, path)),
    excludesFolder: (root, path) => excluded(name(root, path)),
    seenFolders: new Set(),
    seenFiles: new Set(),
  };
}
