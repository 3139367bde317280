import { readFileSync, write } from "node:fs";
import { workerData } from "node:worker_threads";
import { LONG_STEPS, TURNS } from "../long-step.ts";
import { killTree } from "../process-memory.ts";
import type { WatchdogSetup } from "./protocol.ts";

const LOOK_MS = 100;
/** Nobody may read standard error any more. */
const LAST_WORDS_MS = 500;
/** Clock ticks of /proc, on every Linux (proc_pid_stat(5), USER_HZ). */
const TICK_MS = 10;
const STANDARD_ERROR = 2;

const isLinux = process.platform === "linux";

/**
 * Memory of this process in bytes, without files that are mapped: what was asked for and is in use
 * (proc_pid_status(5)).
 */
function memoryBytes(): number {
  if (!isLinux) return process.memoryUsage.rss();
  const status = readFileSync("/proc/self/status", "latin1");
  const kibibytes = [...status.matchAll(/^Rss(?:Anon|Shmem):\s*(\d+)/gm)];
  return kibibytes.reduce((sum, [, count]) => sum + Number(count) * 1024, 0);
}

/** Processor time of the main thread, in milliseconds; elsewhere than on Linux time by looks. */
function createMainClock(): () => number {
  let looks = 0;
  return () => {
    if (!isLinux) return LOOK_MS * looks++;
    const stat = readFileSync(`/proc/self/task/${process.pid}/stat`, "latin1");
    // Fields 14 and 15; the second, a name, may hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  };
}

/** Says why, and ends the process, whatever its threads are at. */
function endProcess(words: string): void {
  const end = (): void => killTree(process.pid);
  setTimeout(end, LAST_WORDS_MS);
  write(STANDARD_ERROR, words, end);
}

/** A sleeping machine looks at nothing, so the time of its sleep counts nowhere. */
function watch({ maxMemoryBytes, maxBusyMs, tooLarge, tooBusy, pulse }: WatchdogSetup): void {
  const mainClock = createMainClock();
  let turns = Atomics.load(pulse, TURNS);
  let sinceMs = mainClock();
  const look = (): void => {
    const now = mainClock();
    const isTurning = Atomics.load(pulse, TURNS) !== turns || Atomics.load(pulse, LONG_STEPS) > 0;
    if (isTurning) [turns, sinceMs] = [Atomics.load(pulse, TURNS), now];
    const isTooLarge = memoryBytes() > maxMemoryBytes;
    if (!isTooLarge && now - sinceMs <= maxBusyMs) return;
    clearInterval(timer);
    endProcess(isTooLarge ? tooLarge : tooBusy);
  };
  const timer = setInterval(look, LOOK_MS);
}

watch(workerData as WatchdogSetup);
