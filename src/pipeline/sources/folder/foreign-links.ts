import type { Dirent } from "node:fs";
import { lstat, realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { MediasearchError } from "../../../errors.ts";
import { quoteShellWord } from "../../../shell-words.ts";

/**
 * Whoever may write into a folder may put a link there, to a file that the user may read and they
 * may not: the transcript of it would be found by everybody who searches. A link is followed where
 * it stays below the root, or where the user or root made it (as Linux does in shared folders,
 * `fs.protected_symlinks` of proc(5)). What the system shows of itself is never media.
 */
const SYSTEM_TREES = ["/proc", "/sys", "/dev"];

const isAtOrBelow = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

/**
 * Why a link is not followed; undefined for one that is, for what is no link, and for what leads
 * nowhere.
 */
export async function whyNotFollowed(
  root: string,
  path: string,
): Promise<MediasearchError | undefined> {
  const stats = await lstat(path).catch(() => undefined);
  if (!stats?.isSymbolicLink()) return undefined;
  const user = process.getuid?.();
  const [target, base] = await Promise.all([realpath(path), realpath(root)]).catch(() => []);
  if (target === undefined || base === undefined || isAtOrBelow(target, base)) return undefined;
  const isOfSystem = SYSTEM_TREES.some((tree) => isAtOrBelow(target, tree));
  if (!isOfSystem && (user === undefined || stats.uid === user || stats.uid === 0))
    return undefined;
  const why = isOfSystem
    ? "a link to what the system shows of itself"
    : "a link that another user made, and that leads out of the folder";
  return new MediasearchError("UNREADABLE_MEDIA", `${path}: ${why}; not followed`, {
    subject: path,
    hint: isOfSystem ? undefined : `if it is meant: mediasearch index ${quoteShellWord(target)}`,
  });
}

export interface FollowedEntries {
  readonly entries: readonly Dirent[];
  /** Links that are not followed, with the reason. */
  readonly refused: readonly { readonly path: string; readonly error: MediasearchError }[];
}

/** The entries of a folder below `root` without links that nobody may be led by. */
export async function followedEntries(
  root: string,
  folder: string,
  entries: readonly Dirent[],
): Promise<FollowedEntries> {
  const refused: { readonly path: string; readonly error: MediasearchError }[] = [];
  const links = entries.filter((entry) => entry.isSymbolicLink());
  for (const { name } of links) {
    const path = join(folder, name);
    const error = await whyNotFollowed(root, path);
    if (error) refused.push({ path, error });
  }
  if (refused.length === 0) return { entries, refused };
  const left = new Set(refused.map(({ path }) => path));
  return { entries: entries.filter(({ name }) => !left.has(join(folder, name))), refused };
}
