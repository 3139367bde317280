import { readFileSync, readlinkSync } from "node:fs";

/**
 * What tells a process from every other one that has or had its number: a text without meaning to
 * others, such as `linux 4f0c… pid:[4026531836] 8123456`. Numbers of processes come again: after a
 * restart of the machine, in a container whose first process is always 1, and on a busy machine.
 */
export type ProcessMark = string;

/** - unknown: the process is on another machine, in another container, or of an earlier start */
export type Liveness = "alive" | "dead" | "unknown";

/** Where the numbers of processes mean the same: one start of one machine, one container. */
const linuxSpace = (): string =>
  `linux ${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${readlinkSync("/proc/self/ns/pid")}`;

/** The start of a process that has ended, and of which only the exit code is still there. */
const ENDED = "ended";

/** Clock ticks from the start of the machine to that of the process: proc_pid_stat(5), field 22. */
function linuxStart(pid: number): string | undefined {
  let stat: string;
  try {
    // A /proc that another container mounted numbers the processes otherwise.
    const isOurs = readlinkSync("/proc/self") === String(process.pid);
    if (pid !== process.pid && !isOurs) return undefined;
    stat = readFileSync(`/proc/${pid === process.pid ? "self" : pid}/stat`, "latin1");
  } catch {
    return undefined;
  }
  // The second field is the name of the program in parentheses, which may hold anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return "ZXx".includes(fields[0] ?? "Z") ? ENDED : fields[19];
}

const ASK_MS = 5000;

/** Loaded where it is needed: on the way of every search it would cost milliseconds. */
function ask(command: string, ...args: readonly string[]): string | undefined {
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  const { status, stdout } = spawnSync(command, args, {
    encoding: "utf8",
    timeout: ASK_MS,
    // Times are compared as they are printed.
    env: { LC_ALL: "C", TZ: "UTC" },
    windowsHide: true,
  });
  const text = status === 0 ? stdout.trim().replaceAll(/\s+/g, " ") : "";
  return text === "" ? undefined : text;
}

interface Platform {
  /** undefined where the system does not tell. */
  readonly space: () => string | undefined;
  readonly start: (pid: number) => string | undefined;
}

const bsd: Platform = {
  space: () => `darwin ${ask("/usr/sbin/sysctl", "-n", "kern.bootsessionuuid") ?? ""}`,
  start: (pid) => ask("/bin/ps", "-o", "lstart=", "-p", String(pid)),
};

const PLATFORMS: Readonly<Partial<Record<NodeJS.Platform, Platform>>> = {
  linux: { space: linuxSpace, start: linuxStart },
  android: { space: linuxSpace, start: linuxStart },
  darwin: bsd,
  win32: {
    space: () => "win32",
    start: (pid) =>
      ask(
        String.raw`C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe`,
        "-NoProfile",
        "-NonInteractive",
        "-Command",
        `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`,
      ),
  },
};

const platform: Platform = PLATFORMS[process.platform] ?? {
  space: () => undefined,
  start: () => undefined,
};

let ownSpace: { readonly value: string | undefined } | undefined;

/**
 * Where the numbers of processes mean what they mean to this one: a start of a machine, a
 * container. undefined where the system does not tell.
 */
export function processSpace(): string | undefined {
  if (!ownSpace) {
    let value: string | undefined;
    try {
      value = platform.space();
    } catch {
      // A container without /proc.
    }
    ownSpace = { value };
  }
  return ownSpace.value;
}

let ownMark: ProcessMark | undefined;

/** The mark of this process, which knows itself even where the system tells nothing. */
export function markOfThisProcess(): ProcessMark {
  if (ownMark === undefined) {
    const space = processSpace();
    const start = space === undefined ? undefined : platform.start(process.pid);
    // Where the system tells nothing, a process still knows itself.
    ownMark = start === undefined ? `own ${globalThis.crypto.randomUUID()}` : `${space} ${start}`;
  }
  return ownMark;
}

/** Whether the mark is of this start of this machine, in this container or in another one. */
export function isOfThisMachine(mark: ProcessMark): boolean {
  const kernelOf = (text: string): string => text.split(" ", 2).join(" ");
  const space = processSpace();
  return space?.startsWith("linux ") === true && kernelOf(space) === kernelOf(mark);
}

/** Whether any process of this machine has the number now. */
export function hasProcess(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Whether the process that left the mark lives; it said that it runs on this machine. Without a
 * mark, which earlier versions did not leave, any process of the same number counts.
 */
export function livenessOf(pid: number, processMark: ProcessMark | null): Liveness {
  if (processMark === null) return hasProcess(pid) ? "alive" : "dead";
  // Two processes that start within one tick of the clock have the same mark: the number decides.
  if (processMark === markOfThisProcess() && pid === process.pid) return "alive";
  // Whatever the mark says: nobody has the number, or this process has it, which left another mark.
  const isHere = hasProcess(pid) && pid !== process.pid;
  const space = processSpace();
  if (processMark.startsWith("own ")) return isHere ? "unknown" : "dead";
  if (space === undefined || !processMark.startsWith(`${space} `)) return "unknown";
  if (!isHere) return "dead";
  // Some systems hide the processes of others (hidepid of /proc): one that is there may be it.
  const start = platform.start(pid);
  if (start === undefined) return "unknown";
  return processMark === `${space} ${start}` ? "alive" : "dead";
}
