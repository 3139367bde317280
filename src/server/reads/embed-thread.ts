import { Worker } from "node:worker_threads";
import { embedderOf } from "../../embedding-model.ts";
import { MediasearchError } from "../../errors.ts";
import {
  closeThread,
  type FromThread,
  HEAP,
  post,
  SCRIPT,
  type QueryText,
  type ThreadSetup,
  toError,
} from "./protocol.ts";

/** Vectors of queries that were asked before; 1.5 KB each. */
const MAX_VECTORS = 2000;

export interface EmbedThread {
  embed(query: QueryText): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * One thread has the model, started by the first query that is new; vectors of earlier ones are
 * remembered.
 */
export function createEmbedThread(setup: ThreadSetup): EmbedThread {
  const embedding = new Map<string, Promise<Float32Array>>();
  const waiting = new Map<number, PromiseWithResolvers<Float32Array>>();
  let worker: Worker | undefined;
  let ids = 0;

  function failAll(error: MediasearchError): void {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    worker = undefined;
  }

  function started(): Worker {
    if (worker) return worker;
    const thread = new Worker(SCRIPT, { workerData: setup, resourceLimits: HEAP });
    worker = thread;
    thread.on("message", (message: FromThread) => {
      if (message.type !== "done" && message.type !== "failed") return;
      const answer = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.type === "done") answer?.resolve(message.answer as Float32Array);
      else answer?.reject(toError(message.failure));
    });
    thread.on("error", (error: unknown) =>
      failAll(
        new MediasearchError("WORKER_CRASHED", "the model's thread crashed", { cause: error }),
      ),
    );
    thread.on("exit", () => {
      if (worker === thread)
        failAll(new MediasearchError("WORKER_CRASHED", "the model's thread has ended"));
    });
    return thread;
  }

  async function make(query: QueryText): Promise<Float32Array> {
    const id = ++ids;
    const answer = Promise.withResolvers<Float32Array>();
    waiting.set(id, answer);
    post(started(), { type: "embed", id, ...query });
    return answer.promise;
  }

  return {
    embed({ text, stored }) {
      const key = `${embedderOf(stored)}\0${text}`;
      const there = embedding.get(key);
      if (there) {
        embedding.delete(key);
        embedding.set(key, there);
        return there;
      }
      const vector = make({ text, stored });
      embedding.set(key, vector);
      vector.catch(() => embedding.delete(key));
      const [oldest] = embedding.keys();
      if (embedding.size > MAX_VECTORS && oldest !== undefined) embedding.delete(oldest);
      return vector;
    },
    close: async () => void (worker && (await closeThread(worker, { type: "close" }))),
  };
}
