import { spawnSync } from "node:child_process";

/**
 * What the system itself can hold a process to, by programs that are part of most Linux systems
 * (util-linux). Each starts another program in its own place, so that the number of the process and
 * its channels stay the same.
 */
export interface Confinement {
  /** No network at all: not even this machine's own addresses. */
  readonly withoutNetwork?: boolean | undefined;
  /**
   * Bytes of memory that the process may ask the system for, used or not (RLIMIT_DATA of
   * getrlimit(2)). A last resort: what is beyond it fails at once.
   */
  readonly maxDataBytes?: number | undefined;
}

const UNSHARE = "/usr/bin/unshare";
const PRLIMIT = "/usr/bin/prlimit";
const TRY_MS = 2000;

/** The first needs rights of root; the second a kernel that lets users have namespaces. */
const WITHOUT_NETWORK = [
  [UNSHARE, "--net", "--"],
  [UNSHARE, "--user", "--map-current-user", "--net", "--"],
];

const tried = new Map<string, boolean>();

/** Whether this system lets a program be started so. */
function works(words: readonly string[]): boolean {
  const key = words.join(" ");
  const known = tried.get(key);
  if (known !== undefined) return known;
  const [command = "", ...args] = words;
  const { status } = spawnSync(command, [...args, "/bin/true"], {
    stdio: "ignore",
    timeout: TRY_MS,
  });
  tried.set(key, status === 0);
  return status === 0;
}

/** The words that start a program without any network; undefined where the system refuses. */
export const networkCage = (): readonly string[] | undefined =>
  process.platform === "linux" ? WITHOUT_NETWORK.find(works) : undefined;

/** The words to put before those of a program; none where the system can't do any of it. */
export function launcher({ withoutNetwork = false, maxDataBytes }: Confinement): readonly string[] {
  if (process.platform !== "linux") return [];
  const limits = [
    PRLIMIT,
    // A core file would hold what was said, in a place that others may read.
    "--core=0:0",
    ...(maxDataBytes === undefined ? [] : [`--data=${maxDataBytes}:${maxDataBytes}`]),
    "--",
  ];
  return [
    ...(works([PRLIMIT, "--core=0:0", "--"]) ? limits : []),
    ...((withoutNetwork && networkCage()) || []),
  ];
}
