import { getCompileCacheDir } from "node:module";
import { dirname } from "node:path";
import { Worker } from "node:worker_threads";
import type { LoadedConfig } from "../config/load.ts";
import {
  type ErrorCode,
  type ErrorDetails,
  MediasearchError,
  toMediasearchError,
} from "../errors.ts";

/** What every thread gets to know. */
export interface ThreadSetup {
  readonly config: LoadedConfig;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** How a thread is started. */
export interface ThreadStart extends ThreadSetup {
  /**
   * read: answers operations; meaning: makes vectors of queries and scans codes, so that the model
   * and the codes are in memory once; work: writes.
   */
  readonly part: "read" | "meaning" | "work";
  /** Where V8's compiled code is kept; undefined where it is not kept. */
  readonly compileCache: string | undefined;
}

// In a checkout the sources run as they are; the package has compiled files only.
const SCRIPT: URL = new URL(
  import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js",
  import.meta.url,
);

/** Threads have little that is short-lived and large; without a bound each takes 48 MB for it. */
const HEAP = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 1024 } as const;

export function startThread(part: ThreadStart["part"], { config, env, cwd }: ThreadSetup): Worker {
  const cache = getCompileCacheDir();
  const start: ThreadStart = {
    part,
    config,
    env,
    cwd,
    // Node adds a folder for its own version to the one that it is told.
    compileCache: cache === undefined ? undefined : dirname(cache),
  };
  return new Worker(SCRIPT, { workerData: start, resourceLimits: HEAP });
}

/** An error that crosses a thread's border. */
export interface Failure extends Omit<ErrorDetails, "cause"> {
  readonly code: ErrorCode;
  readonly message: string;
}

export const toError = ({ code, message, ...details }: Failure): MediasearchError =>
  new MediasearchError(code, message, details);

export function toFailure(error: unknown): Failure {
  const { code, message, hint, subject, excerpt } = toMediasearchError(error);
  return { code, message, hint, subject, excerpt };
}

/** The longest read, and some more. */
const CLOSE_MS = 20_000;

/**
 * Asks a thread to end, and waits until it has: one that is ended while native code runs ends the
 * process. One that hangs is ended after a while.
 */
export async function closeThread(worker: Worker): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  worker.once("exit", () => resolve());
  if (worker.threadId === -1) return;
  worker.postMessage({ type: "close" }, []);
  const timer = setTimeout(() => void worker.terminate(), CLOSE_MS);
  await promise;
  clearTimeout(timer);
}
