import { readdirSync, realpathSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { arch, execPath, platform } from "node:process";
import { fileURLToPath } from "node:url";
import { isWithin } from "./location.ts";
import { privateFolder, privateTemporaryFolder } from "./private-folder.ts";
import { quoteShellWord } from "./shell-words.ts";

/**
 * A process that sees nothing but the files that it is given: its root is an empty folder into
 * which those are mounted, in mount and user namespaces of its own (mount_namespaces(7)), by
 * programs that are part of most Linux systems (util-linux, coreutils).
 */

/**
 * The arguments: an empty folder, then what is done there in this order, then `--` and the program.
 *
 * - `m` makes folders, given as quoted words, where they are not there
 * - `d` and `f` show a folder and a file of this system, for reading only where the system can
 * - `w` shows a folder that may be written to
 * - `e` covers a folder by an empty one
 *
 * `>>` and not `>`: the name may be a file that is seen already. Each program that runs here costs
 * a millisecond or two, for each worker.
 */
const SCRIPT = `set -e
new=$1; shift
mount -n -t tmpfs -o mode=0755,size=16m none "$new"
show() { mount -n -o rbind,ro "$1" "$new$1" 2>/dev/null || mount -n --rbind "$1" "$new$1"; }
while [ "$1" != -- ]; do
  case $1 in
    m) eval "mkdir $2 2>/dev/null || :" ;;
    d) show "$2" ;;
    w) mount -n --rbind "$2" "$new$2" ;;
    f) [ -e "$new$2" ] || : >> "$new$2"; show "$2" ;;
    e) mount -n -t tmpfs -o mode=0755,size=1m none "$new$2" ;;
  esac
  shift 2
done
shift
mount -n --bind "/proc/$$" "$new/proc/self"
cd "$new"
exec chroot "$new" "$@"`;

const [UNSHARE, SETPRIV] = ["/usr/bin/unshare", "/usr/bin/setpriv"];

/**
 * The first needs rights of root, and leaves of them the one to read files of others; the second a
 * kernel that lets users have namespaces.
 */
const WAYS = [
  { namespaces: [], kept: "-all,+dac_override" },
  { namespaces: ["--user", "--map-root-user"], kept: "-all" },
];

/** What Node, FFmpeg and ONNX Runtime look at on Linux systems, besides this package. */
const SYSTEM = [
  "/usr",
  "/bin",
  "/lib",
  "/lib64",
  "/nix/store",
  "/etc/ld.so.cache",
  // Titles of clips are drawn with the fonts of the system.
  "/etc/fonts",
  "/var/cache/fontconfig",
  "/etc/localtime",
  "/dev/null",
  "/dev/zero",
  "/dev/random",
  "/dev/urandom",
  "/proc/cpuinfo",
  "/proc/meminfo",
  "/proc/stat",
  "/sys/devices/system/cpu",
];

/** Parts of this package, as it is installed and in a checkout. */
const PARTS = ["dist", "models", "src", "package.json", "node_modules"];
const PACKAGE = fileURLToPath(new URL("..", import.meta.url));

/** Node and what it loads. ONNX Runtime is unpacked at its first use, maybe by a later file. */
export function runtimePaths(): readonly string[] {
  const node = realpathSync.native(execPath);
  const unpacked = privateFolder("runtime") ?? privateTemporaryFolder("runtime");
  return [
    ...SYSTEM,
    execPath,
    dirname(node),
    join(dirname(dirname(node)), "lib"),
    ...PARTS.map((part) => join(PACKAGE, part)),
    ...nativePart(`@seydx/node-av-${platform}-${arch}`),
    ...(unpacked === undefined ? [] : [unpacked]),
  ];
}

function nativePart(name: string): string[] {
  try {
    return [dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))];
  } catch {
    // It is somewhere that only the program itself finds; then it fails the trial.
    return [];
  }
}

/** Absolute paths of files and folders; what links lead to is seen as well. */
export interface Sight {
  readonly media: readonly string[];
  /** Models and their runtime. */
  readonly models?: readonly string[];
  /** Folders that the process may write to. */
  readonly writable?: readonly string[];
}

/** Each path is mounted by itself. */
const MAX_MEDIA = 32;

/**
 * What a process sees for work on so many files and folders: these, or the folders that they lie in
 * when they are many. Undefined when those are too many as well.
 */
export function sightOf(
  media: readonly string[],
  more: Omit<Sight, "media"> = {},
): Sight | undefined {
  const own = [...new Set(media)];
  const folders = own.length > MAX_MEDIA ? [...new Set(own.map((path) => dirname(path)))] : own;
  return folders.length > MAX_MEDIA ? undefined : { media: folders, ...more };
}

/**
 * The hidden folders of a user whose whole home holds media: they have keys and mail, and are not
 * to be seen unless a recording lies there.
 */
function hiddenFolders(media: readonly string[]): string[] {
  const home = homedir();
  if (!media.some((folder) => isWithin(home, folder))) return [];
  return readdirSync(home, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.startsWith("."))
    .map(({ name }) => join(home, name))
    .filter((folder) => !media.some((path) => isWithin(path, folder)));
}

/** The path and what it leads to, where they are there and are not seen by a folder already. */
function pathsToShow(paths: readonly string[]): Map<string, "d" | "f"> {
  const kinds = new Map<string, "d" | "f">();
  for (const path of paths)
    try {
      for (const name of [path, realpathSync.native(path)])
        if (![...kinds.keys()].some((folder) => isWithin(name, folder)))
          kinds.set(name, statSync(name).isDirectory() ? "d" : "f");
    } catch {
      // It is not there, or nobody may look.
    }
  return kinds;
}

/** A folder and those that it lies in, the outermost first. */
const foldersTo = (folder: string): string[] =>
  folder === dirname(folder) ? [] : [...foldersTo(dirname(folder)), folder];

/** The steps of the script that show paths: first the folders for them, then each. */
function stepsFor(paths: readonly string[], alsoMade: readonly string[] = []): string[] {
  const kinds = [...pathsToShow(paths)];
  const made = new Set(
    [...alsoMade, ...kinds.map(([path, kind]) => (kind === "d" ? path : dirname(path)))].flatMap(
      foldersTo,
    ),
  );
  const words = [...made].map((path) => `"$new"${quoteShellWord(path)}`);
  const make = words.length > 0 ? ["m", words.join(" ")] : [];
  return [...make, ...kinds.flatMap(([path, kind]) => [kind, path])];
}

/**
 * Every way to put before a program so that it sees only this, and has no network; the first that
 * works is to be taken. None where there is no safe place for the folder.
 */
export function fileCages({
  media,
  models = [],
  writable = [],
}: Sight): readonly (readonly string[])[] {
  const place = platform === "linux" ? privateFolder("cage") : undefined;
  if (place === undefined || media.includes("/")) return [];
  const steps = [
    ...stepsFor(media),
    ...hiddenFolders(media).flatMap((path) => ["e", path]),
    ...stepsFor([...runtimePaths(), ...models], ["/tmp", tmpdir(), "/proc/self"]),
    ...stepsFor(writable).map((word) => (word === "d" ? "w" : word)),
  ];
  return WAYS.map(({ namespaces, kept }) => [
    UNSHARE,
    ...namespaces,
    "--mount",
    "--net",
    "--",
    "/bin/sh",
    "-c",
    SCRIPT,
    "sh",
    place,
    ...steps,
    "--",
    SETPRIV,
    "--no-new-privs",
    "--inh-caps=-all",
    `--bounding-set=${kept}`,
    "--",
  ]);
}
