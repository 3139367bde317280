import type { Worker } from "node:worker_threads";
import type { EmbeddingModel } from "../../embedding-model.ts";
import type { LoadedConfig } from "../../config/load.ts";
import { type ErrorCode, type ErrorDetails, MediasearchError } from "../../errors.ts";
import type { OperationName } from "./operations.ts";
import type { Sight } from "./reader.ts";

/** What a thread is started with. */
export interface ThreadSetup {
  /**
   * read: answers operations; embed: makes vectors of queries, so that the model is loaded once.
   */
  readonly role: "read" | "embed";
  readonly config: LoadedConfig;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** An error that crosses a thread's border. */
export interface Failure extends Omit<ErrorDetails, "cause"> {
  readonly code: ErrorCode;
  readonly message: string;
}

/** A query, and the model of the library that it is compared with. */
export interface QueryText {
  readonly text: string;
  readonly stored: EmbeddingModel;
}

export type ToThread =
  /** Close what is open and end: a thread that is ended while native code runs ends the process. */
  | { readonly type: "close" }
  | {
      readonly type: "read";
      readonly id: number;
      readonly operation: OperationName;
      readonly sight: Sight;
      readonly args: object;
    }
  | ({ readonly type: "embed"; readonly id: number } & QueryText)
  /** Answers a thread that asked for a vector. */
  | { readonly type: "vector"; readonly id: number; readonly vector: Float32Array }
  | { readonly type: "no-vector"; readonly id: number; readonly failure: Failure };

export type FromThread =
  /** The library is open, or is not there yet. */
  | { readonly type: "ready" }
  | { readonly type: "done"; readonly id: number; readonly answer: unknown }
  | { readonly type: "failed"; readonly id: number; readonly failure: Failure }
  /** A read thread needs the vector of a query. */
  | ({ readonly type: "embed"; readonly id: number } & QueryText);

// In a checkout the sources run as they are; the package has compiled files only.
export const SCRIPT: URL = new URL(
  import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js",
  import.meta.url,
);

export const toError = ({ code, message, ...details }: Failure): MediasearchError =>
  new MediasearchError(code, message, details);

/** Sends a message to a thread; nothing is handed over, so everything is copied. */
export const post = (
  thread: { postMessage(message: unknown, transfer: readonly never[]): void },
  message: ToThread,
): void => thread.postMessage(message, []);

/** Threads have little that is short-lived and large; without a bound each takes 48 MB for it. */
export const HEAP = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 1024 } as const;

/** The longest read, and some more. */
const CLOSE_MS = 20_000;

/** Asks a thread to end, and waits until it has; one that hangs is ended after a while. */
export async function closeThread(
  worker: Worker,
  message: { readonly type: "close" },
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  worker.once("exit", () => resolve());
  if (worker.threadId === -1) return;
  worker.postMessage(message, []);
  const timer = setTimeout(() => void worker.terminate(), CLOSE_MS);
  await promise;
  clearTimeout(timer);
}
