import type { Worker } from "node:worker_threads";
import { embedderOf } from "../../embedding-model.ts";
import { MediasearchError } from "../../errors.ts";
import { closeThread, startThread, type ThreadSetup, toError } from "../threads.ts";
import type { FromMeaning, MeaningAnswer, Question, QueryText, ToMeaning } from "./protocol.ts";

/** Vectors of queries that were asked before; 1.5 KB each. */
const MAX_VECTORS = 2000;

export interface MeaningThread {
  ask<Q extends Question>(question: Q): Promise<MeaningAnswer<Q>>;
  close(): Promise<void>;
}

/**
 * One thread has the model and the codes of the library, started by the first question; vectors of
 * earlier queries are remembered here.
 */
export function createMeaningThread(setup: ThreadSetup): MeaningThread {
  const vectors = new Map<string, Promise<Float32Array>>();
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let worker: Worker | undefined;
  let ids = 0;

  function failAll(error: MediasearchError): void {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    worker = undefined;
  }

  function started(): Worker {
    if (worker) return worker;
    const thread = startThread("meaning", setup);
    worker = thread;
    thread.on("message", (message: FromMeaning) => {
      const question = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.type === "done") question?.resolve(message.answer);
      else question?.reject(toError(message.failure));
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

  async function send(question: Question): Promise<unknown> {
    const id = ++ids;
    const answer = Promise.withResolvers<unknown>();
    waiting.set(id, answer);
    started().postMessage({ type: "ask", id, question } satisfies ToMeaning, []);
    return answer.promise;
  }

  function remembered(query: QueryText): Promise<Float32Array> {
    const key = `${embedderOf(query.stored)}\0${query.text}`;
    const there = vectors.get(key);
    const vector = there ?? (send(query) as Promise<Float32Array>);
    // The one that was asked for last is forgotten last.
    vectors.delete(key);
    vectors.set(key, vector);
    if (there) return there;
    vector.catch(() => vectors.delete(key));
    const [oldest] = vectors.keys();
    if (vectors.size > MAX_VECTORS && oldest !== undefined) vectors.delete(oldest);
    return vector;
  }

  return {
    ask: <Q extends Question>(question: Q) =>
      (question.type === "embed" ? remembered(question) : send(question)) as Promise<
        MeaningAnswer<Q>
      >,
    close: async () => void (worker && (await closeThread(worker))),
  };
}
