import { nameBelow, nameOf, type Location } from "../../location.ts";
import { escapeNameSigns, globMatcher } from "../../text/glob.ts";
import type { ScanItem, ScanOptions } from "./candidate.ts";
import { createIgnoreRules, isSystemFolder } from "./ignore-files.ts";

/** What goes along on the way through folders and buckets. */
export interface ScanFilters extends ScanOptions {
  /** Whether the globs and ignore files let a file below this root through. */
  readonly accepts: (root: Location, path: Location) => boolean;
  readonly excludesFolder: (root: Location, path: Location) => boolean;
  /**
   * Whether a file is left out by itself or by a folder that it lies in, not for want of an
   * include.
   */
  readonly leavesOut: (root: Location, path: Location) => boolean;
  readonly seenFolders: Set<string>;
  readonly seenFiles: Set<string>;
  /** The first name of each file by its real one. */
  readonly firstNames: Map<Location, Location>;
  /**
   * What links lead to and the walk comes to anyhow waits for the end here, so that a file has its
   * own name; undefined at the end.
   */
  linked: (() => AsyncIterable<ScanItem>)[] | undefined;
  readonly roots: readonly Root[];
}

/** Where a walk begins, and where that really is. */
export interface Root {
  readonly path: Location;
  readonly real: Location;
}

export function createScanFilters(options: ScanOptions, roots: readonly Root[] = []): ScanFilters {
  const included = options.include.length > 0 ? compile(options.include) : () => true;
  const excluded = compile(options.exclude.filter((glob) => !glob.endsWith("/")));
  const excludedFolder = compile(options.exclude.map((glob) => glob.replace(/\/+$/, "")));
  const isIgnored = createIgnoreRules();
  const name = (root: Location, path: Location): string => nameBelow(path, root) ?? nameOf(path);
  const excludesFolder = (root: Location, path: Location): boolean =>
    isSystemFolder(nameOf(path)) || excludedFolder(name(root, path)) || isIgnored(root, path, true);
  const excludesFile = (root: Location, path: Location): boolean =>
    excluded(name(root, path)) || isIgnored(root, path, false);
  return {
    ...options,
    accepts: (root, path) => included(name(root, path)) && !excludesFile(root, path),
    excludesFolder,
    leavesOut: (root, path) =>
      excludesFile(root, path) ||
      foldersBelow(root, path).some((folder) => excludesFolder(root, folder)),
    seenFolders: new Set(),
    seenFiles: new Set(),
    firstNames: new Map(),
    linked: [],
    roots,
  };
}

/**
 * A pattern without a slash, but for one at its end, means the name at any depth, as in .gitignore.
 */
function compile(globs: readonly string[]): (name: string) => boolean {
  const matchers = globs.map((glob) => {
    const anchored = escapeNameSigns(glob.replace(/^\//, ""));
    return globMatcher(glob.includes("/") ? anchored : `**/${anchored}`);
  });
  return (name) => matchers.some((matches) => matches(name));
}

/** The folders between a root and what lies below it, without both. */
function foldersBelow(root: Location, path: Location): Location[] {
  const parts = (nameBelow(path, root) ?? "").split(/[/\\]/).slice(0, -1);
  const base = root.replace(/[/\\]$/, "");
  return parts.map((_, i) => `${base}/${parts.slice(0, i + 1).join("/")}`);
}
