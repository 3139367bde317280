import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/**
 * The memory of another process, and its end, without its help: what blocks its event loop, such as
 * a codec, keeps it from reporting and from hearing a polite signal.
 */

const ASK_MS = 2000;
/** `ps` is a process of its own. */
const MIN_ASK_MS = 1000;

/** Resident memory on Linux (proc_pid_status(5)), in bytes; undefined when the process has gone. */
function linuxRss(pid: number): number | undefined {
  try {
    const [, kibibytes] =
      /^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1")) ?? [];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}

/** Asks the system's own tool, which counts in kibibytes. */
function askRss(pid: number, onRss: (bytes: number) => void): void {
  const [command, args] =
    process.platform === "win32"
      ? [
          String.raw`C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe`,
          ["-NoProfile", "-Command", `(Get-Process -Id ${pid}).WorkingSet64 / 1KB`],
        ]
      : ["/bin/ps", ["-o", "rss=", "-p", String(pid)]];
  execFile(command, args, { timeout: ASK_MS, windowsHide: true }, (error, stdout) => {
    const kibibytes = Number(stdout);
    if (!error && Number.isFinite(kibibytes)) onRss(kibibytes * 1024);
  });
}

/**
 * Tells the resident memory of a process again and again, as often as that is cheap.
 * @returns the function that ends it.
 */
export function watchRss(pid: number, everyMs: number, onRss: (bytes: number) => void): () => void {
  const isLinux = process.platform === "linux";
  const look = (): void => {
    if (!isLinux) return askRss(pid, onRss);
    const bytes = linuxRss(pid);
    if (bytes !== undefined) onRss(bytes);
  };
  const timer = setInterval(look, isLinux ? everyMs : Math.max(everyMs, MIN_ASK_MS));
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * Ends a process and all that it started, groups of their own included, without asking them. This
 * process may be the one: it goes last.
 */
export function killTree(pid: number): void {
  const all = descendants(pid);
  for (const one of pid === process.pid ? [...all, pid] : [pid, ...all])
    for (const target of one === pid ? [one] : [-one, one])
      try {
        process.kill(target, "SIGKILL");
      } catch {
        // It has gone, or leads no group.
      }
}

/**
 * The processes below one, whichever of its threads started them, where Linux tells them
 * (CONFIG_PROC_CHILDREN).
 */
const descendants = (pid: number): number[] =>
  threadsOf(pid)
    .flatMap((thread) => childrenOf(pid, thread))
    .flatMap((child) => [child, ...descendants(child)]);

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function childrenOf(pid: number, thread: string): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${thread}/children`, "latin1")
      .split(" ")
      .filter((child) => child.trim() !== "")
      .map(Number);
  } catch {
    return [];
  }
}
