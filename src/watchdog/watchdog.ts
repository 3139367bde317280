import { Worker } from "node:worker_threads";
import { sharePulse, TURNS } from "../long-step.ts";
import type { LastWords, OwnLimits, WatchdogSetup } from "./protocol.ts";

// In a checkout the sources run as they are; the package has compiled files only.
const SCRIPT = new URL(
  import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js",
  import.meta.url,
);

/** It reads two small files again and again. */
const HEAP = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16 } as const;
const PULSE_MS = 500;

/**
 * Watches this process from a thread of its own, which hears no event loop but its own, and ends it
 * by SIGKILL, with all that it started, when it is beyond a limit. It does not keep the process
 * alive.
 */
export function startWatchdog(limits: OwnLimits, words: LastWords): void {
  const pulse = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  const setup: WatchdogSetup = { ...limits, ...words, pulse };
  const thread = new Worker(SCRIPT, { workerData: setup, resourceLimits: HEAP });
  thread.unref();
  // Without it the process goes on; limits of the kernel hold still.
  thread.on("error", () => {});
  sharePulse(pulse);
  setInterval(() => Atomics.add(pulse, TURNS, 1), PULSE_MS).unref();
}
