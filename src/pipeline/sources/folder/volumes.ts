import { readFileSync, statSync } from "node:fs";
import { dirname, sep } from "node:path";

/**
 * Folders in which systems make a folder for each volume while it is mounted; some with one for
 * each user between.
 */
const MOUNT_FOLDERS = /^(?:\/(?:media|mnt|Volumes)|\/(?:run\/)?media\/[^/]+)$/;

export interface Volumes {
  /**
   * The volume that this path is on, when it is one that is not mounted now; undefined for every
   * other path.
   */
  readonly missing: (path: string) => string | undefined;
}

/**
 * Volumes that are known to be mounted at times: those that /etc/fstab names
 * (https://man7.org/linux/man-pages/man5/fstab.5.html), and whatever was in a folder such as
 * /media/ada. `fixed` and `isMounted` are the system's.
 */
export function openVolumes(
  fixed: readonly string[] = fstab(),
  isMounted = isMountPointSync,
): Volumes {
  const mounted = new Map<string, boolean>();
  const isKnownMount = (folder: string): boolean => {
    const now = mounted.get(folder) ?? isMounted(folder);
    mounted.set(folder, now);
    return now;
  };
  return {
    missing(path) {
      const named = fixed.find((volume) => path.startsWith(volume + sep) && !isKnownMount(volume));
      if (named !== undefined) return named;
      for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder))
        if (
          MOUNT_FOLDERS.test(dirname(folder)) &&
          !exists(folder) &&
          !isKnownMount(dirname(folder))
        )
          return folder;
      return undefined;
    },
  };
}

function fstab(): string[] {
  try {
    const lines = readFileSync("/etc/fstab", "utf8")
      .split("\n")
      .filter((line) => !line.trimStart().startsWith("#"));
    // Spaces in a name are written \040.
    return lines
      .map((line) =>
        (line.trim().split(/\s+/)[1] ?? "").replace(/\\([0-7]{3})/g, (_, octal: string) =>
          String.fromCharCode(Number.parseInt(octal, 8)),
        ),
      )
      .filter((path) => path.startsWith("/") && path !== "/");
  } catch {
    return [];
  }
}

const exists = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;

/** Another device than the folder around it. */
function isMountPointSync(folder: string): boolean {
  const [at, around] = [
    statSync(folder, { throwIfNoEntry: false }),
    statSync(dirname(folder), { throwIfNoEntry: false }),
  ];
  return at !== undefined && at.dev !== around?.dev;
}
