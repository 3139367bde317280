const { lstatSync, mkdirSync, realpathSync } = require("node:fs");
const { homedir } = require("node:os");
const { dirname, isAbsolute, join } = require("node:path");

/**
 * The folder for V8's compiled code, or undefined where none is safe. Node runs what it finds there
 * and checks only lengths and sums, so nobody else may be able to put a file into it: the folder is
 * the user's own with mode 0700, and every folder above it belongs to the user or to root and lets
 * nobody else rename what it holds. On Windows the folder lies in the user's profile, whose rights
 * do the same.
 */
function compileCacheFolder() {
  try {
    const folder = join(userCache(), "compile");
    if (process.platform === "win32") {
      mkdirSync(folder, { recursive: true });
      return folder;
    }
    const user = process.getuid();
    const existing = nearestExisting(folder);
    if (!isTrusted(realpathSync(existing), user)) return undefined;
    if (existing !== folder) mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stat = lstatSync(folder);
    const isOwn = stat.isDirectory() && stat.uid === user && (stat.mode & 0o077) === 0;
    return isOwn ? folder : undefined;
  } catch {
    // Without a home, on a full or a read-only disk: the program works as well, only slower.
    return undefined;
  }
}

function userCache() {
  const { env, platform } = process;
  if (platform === "win32") {
    const local = env["LOCALAPPDATA"] || join(homedir(), "AppData", "Local");
    return join(local, "mediasearch", "Cache");
  }
  if (platform === "darwin") return join(homedir(), "Library", "Caches", "mediasearch");
  const given = env["XDG_CACHE_HOME"];
  return join(given && isAbsolute(given) ? given : join(homedir(), ".cache"), "mediasearch");
}

function nearestExisting(folder) {
  for (let at = folder; ; at = dirname(at)) {
    if (lstatSync(at, { throwIfNoEntry: false }) !== undefined) return at;
    if (at === dirname(at)) return at;
  }
}

/** Nobody but the user and root can replace this folder, or one of those that it lies in. */
function isTrusted(folder, user) {
  for (let at = folder; ; at = dirname(at)) {
    const { uid, mode } = lstatSync(at);
    const isSticky = (mode & 0o1000) !== 0;
    if (uid !== user && uid !== 0) return false;
    if ((mode & 0o022) !== 0 && !isSticky) return false;
    if (at === dirname(at)) return true;
  }
}

module.exports = { compileCacheFolder };
