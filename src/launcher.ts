import { execFile, spawnSync } from "node:child_process";
import { fileCages, type Sight } from "./file-cage.ts";

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
  /**
   * All that the process may see of the files of this machine; with it there is no network either.
   * Undefined: all that the user sees.
   */
  readonly sight?: Sight | undefined;
}

const UNSHARE = "/usr/bin/unshare";
const PRLIMIT = "/usr/bin/prlimit";
const TRY_MS = 2000;
/** Dozens of programs run for one. */
const TRY_CAGE_MS = 10_000;

/** The first needs rights of root; the second a kernel that lets users have namespaces. */
const WITHOUT_NETWORK = [
  [UNSHARE, "--net", "--"],
  [UNSHARE, "--user", "--map-current-user", "--net", "--"],
];

const tried = new Map<string, boolean>();

/** Whether this system lets a program be started so. */
function works(words: readonly string[], program = ["/bin/true"], timeout = TRY_MS): boolean {
  const key = words.join("\0");
  const known = tried.get(key);
  if (known !== undefined) return known;
  const [command = "", ...args] = [...words, ...program];
  const { status } = spawnSync(command, args, { stdio: "ignore", timeout });
  tried.set(key, status === 0);
  return status === 0;
}

/**
 * The words that start a program which sees only these files, and no network; undefined where the
 * system refuses, or Node would not start so.
 */
export const fileCage = (sight: Sight): readonly string[] | undefined =>
  fileCages(sight).find((words) => works(words, [process.execPath, "--version"], TRY_CAGE_MS));

/** The words that start a program without any network; undefined where the system refuses. */
export const networkCage = (): readonly string[] | undefined =>
  process.platform === "linux" ? WITHOUT_NETWORK.find((words) => works(words)) : undefined;

/** The words to put before those of a program; none where the system can't do any of it. */
export function launcher({
  withoutNetwork = false,
  maxDataBytes,
  sight,
}: Confinement): readonly string[] {
  if (process.platform !== "linux") return [];
  // A core file would hold what was said, in a place that others may read.
  const noCore = [PRLIMIT, "--core=0:0", "--"];
  // Without a limit of its own a program does not inherit that of this process either: it may be a
  // user's command.
  const data =
    maxDataBytes === undefined ? "--data=unlimited:" : `--data=${maxDataBytes}:${maxDataBytes}`;
  // A user who has less memory already can't get more.
  const candidates = [[PRLIMIT, "--core=0:0", data, "--"], noCore];
  const limits = candidates.find((words) => works(words)) ?? [];
  const cage = sight && fileCage(sight);
  return [...limits, ...(cage ?? (withoutNetwork ? networkCage() : undefined) ?? [])];
}

/**
 * Holds this process to a limit of the kernel, which does not depend on its event loop: beyond it
 * requests for memory, used or not, fail. What it starts may have limits of its own.
 */
export function limitThisProcess(maxBytes: number): void {
  if (process.platform !== "linux") return;
  // Only the lower of the two limits, so that children can be given others.
  execFile(PRLIMIT, ["--pid", String(process.pid), "--core=0:0", `--data=${maxBytes}:`], () => {
    // A system without it, or one that allows less already.
  });
}
