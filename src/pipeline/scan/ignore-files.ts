import { readFileSync, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import ignore, { type Ignore } from "ignore";
import { isRemote, type Location } from "../../location.ts";

/** Lists what a walk leaves out of its folder, in the language of .gitignore. */
const IGNORE_FILE = ".mediasearchignore";
/** No list of a person is longer. */
const MAX_BYTES = 1_000_000;

/** Folders of systems and programs, in which nobody keeps recordings. */
const SYSTEM_FOLDERS = new Set([
  "#recycle",
  "@eadir",
  "$recycle.bin",
  "system volume information",
  "__macosx",
  "lost+found",
  "node_modules",
]);

export const isSystemFolder = (name: string): boolean => SYSTEM_FOLDERS.has(name.toLowerCase());

/** Whether the ignore files between a root and a file below it leave the file, or a folder, out. */
export type IgnoreRules = (root: Location, path: Location, isFolder: boolean) => boolean;

/**
 * Each list is read once. One that can't be read counts as empty: it can't say what to leave out.
 */
export function createIgnoreRules(): IgnoreRules {
  const rulesByFolder = new Map<string, Ignore | undefined>();
  const rulesOf = (folder: string): Ignore | undefined => {
    if (!rulesByFolder.has(folder)) rulesByFolder.set(folder, readRules(join(folder, IGNORE_FILE)));
    return rulesByFolder.get(folder);
  };
  return (root, path, isFolder) => {
    if (isRemote(path)) return false;
    let isIgnored = false;
    // From the root down: what is nearer to the file has the last word.
    for (const folder of foldersBetween(root, path)) {
      const name = relative(folder, path).split(sep).join("/");
      const { ignored, unignored } = rulesOf(folder)?.test(isFolder ? `${name}/` : name) ?? {
        ignored: false,
        unignored: false,
      };
      isIgnored = ignored || (isIgnored && !unignored);
    }
    return isIgnored;
  };
}

function foldersBetween(root: string, path: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(path); folder.startsWith(root); folder = dirname(folder)) {
    folders.unshift(folder);
    if (folder === root || folder === dirname(folder)) break;
  }
  return folders;
}

function readRules(file: string): Ignore | undefined {
  try {
    const about = statSync(file);
    // To read a pipe would wait for whoever writes to it, deaf to everything.
    if (!about.isFile() || about.size > MAX_BYTES) return undefined;
    return ignore().add(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
