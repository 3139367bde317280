import { lstatSync, mkdirSync, realpathSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { env, getuid, platform } from "node:process";

/**
 * A folder in the user's cache for what is run: V8's compiled code, unpacked libraries. Nobody else
 * may be able to put a file into it: the folder is the user's own with mode 0700, and every folder
 * above it belongs to the user or to root and lets nobody else rename what it holds. On Windows the
 * folder lies in the user's profile, whose rights do the same.
 * @returns undefined where no folder is safe: without a home, on a full or a read-only disk.
 */
export const privateFolder = (name: string): string | undefined =>
  claimFolder(join(userCache(), name));

/**
 * The same in the temporary folder, for what is too large to be made anew by each process. Somebody
 * else may have taken the name: then there is none. On Windows the temporary folder is the user's.
 */
export const privateTemporaryFolder = (name: string): string | undefined =>
  claimFolder(join(tmpdir(), `mediasearch-${getuid?.() ?? "user"}-${name}`));

function claimFolder(folder: string): string | undefined {
  try {
    if (getuid === undefined) {
      mkdirSync(folder, { recursive: true });
      return folder;
    }
    const user = getuid();
    const existing = nearestExisting(folder);
    if (!isTrusted(realpathSync.native(existing), user)) return undefined;
    if (existing !== folder) mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stat = lstatSync(folder);
    const isOwn = stat.isDirectory() && stat.uid === user && (stat.mode & 0o077) === 0;
    return isOwn ? folder : undefined;
  } catch {
    return undefined;
  }
}

function userCache(): string {
  const home = homedir();
  // An empty HOME must not make a folder of whatever folder this is.
  if (!isAbsolute(home)) throw new Error("no home");
  if (platform === "win32")
    return join(
      absolute(env["LOCALAPPDATA"]) ?? join(home, "AppData", "Local"),
      "mediasearch",
      "Cache",
    );
  if (platform === "darwin") return join(home, "Library", "Caches", "mediasearch");
  return join(absolute(env["XDG_CACHE_HOME"]) ?? join(home, ".cache"), "mediasearch");
}

const absolute = (path: string | undefined): string | undefined =>
  path !== undefined && isAbsolute(path) ? path : undefined;

function nearestExisting(folder: string): string {
  let above = folder;
  while (lstatSync(above, { throwIfNoEntry: false }) === undefined && dirname(above) !== above)
    above = dirname(above);
  return above;
}

/** Nobody but the user and root can replace this folder, or one of those that it lies in. */
function isTrusted(folder: string, user: number): boolean {
  for (let above = folder; ; above = dirname(above)) {
    const { uid, mode } = lstatSync(above);
    const isSticky = (mode & 0o1000) !== 0;
    if (uid !== user && uid !== 0) return false;
    if ((mode & 0o022) !== 0 && !isSticky) return false;
    if (above === dirname(above)) return true;
  }
}
