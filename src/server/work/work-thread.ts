import type { Worker } from "node:worker_threads";
import { MediasearchError } from "../../errors.ts";
import { closeThread, startThread, type ThreadSetup, toError } from "../threads.ts";
import type {
  FileChange,
  FromWork,
  ToWork,
  WorkAnswers,
  WorkName,
  WorkProgress,
  WorkRequests,
} from "./protocol.ts";

export interface WorkThread {
  /** Rejects with what the work throws; the signal stops it. */
  run<K extends WorkName>(
    name: K,
    request: WorkRequests[K],
    options?: {
      readonly signal?: AbortSignal;
      readonly onProgress?: (progress: WorkProgress) => void;
    },
  ): Promise<WorkAnswers[K]>;
  /** Stops what runs and waits until it has ended, at most for a while. */
  close(): Promise<void>;
}

interface Task {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly onProgress: ((progress: WorkProgress) => void) | undefined;
}

/**
 * Starts the thread that writes when `isTime` resolves, or when there is work before. One that
 * crashes is started again.
 */
export function createWorkThread(
  setup: ThreadSetup,
  onChanges: (changes: readonly FileChange[]) => void,
  isTime: Promise<void>,
): WorkThread {
  const tasks = new Map<number, Task>();
  let ids = 0;
  let isClosed = false;
  let worker: Worker | undefined;
  void isTime.then(() => {
    if (!isClosed) worker ??= start();
  });

  function start(): Worker {
    const started = startThread("work", setup);
    started.on("message", (message: FromWork) => take(message));
    started.on("error", () => {});
    started.on("exit", () => {
      for (const { reject } of tasks.values())
        reject(new MediasearchError("WORKER_CRASHED", "the thread that writes has ended"));
      tasks.clear();
      if (!isClosed) worker = start();
    });
    return started;
  }

  function take(message: FromWork): void {
    if (message.type === "changes") return onChanges(message.changes);
    const task = tasks.get(message.id);
    if (message.type === "progress") return task?.onProgress?.(message.progress);
    tasks.delete(message.id);
    if (message.type === "done") task?.resolve(message.answer);
    else task?.reject(toError(message.failure));
  }

  function send(message: ToWork): void {
    worker ??= start();
    worker.postMessage(message, []);
  }
  return {
    run: (name, request, { signal, onProgress } = {}) =>
      new Promise((resolve, reject) => {
        const id = ++ids;
        tasks.set(id, { resolve: resolve as (answer: unknown) => void, reject, onProgress });
        send({ type: "do", id, name, request });
        signal?.addEventListener("abort", () => send({ type: "stop", id }), { once: true });
      }),
    async close() {
      isClosed = true;
      for (const id of tasks.keys()) send({ type: "stop", id });
      if (worker) await closeThread(worker);
    },
  };
}
