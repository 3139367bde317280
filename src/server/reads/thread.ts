import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { createContext } from "../../app/context.ts";
import type { MeaningAnswer, Question } from "../meaning/protocol.ts";
import { type ThreadStart, toError, toFailure } from "../threads.ts";
import { OPERATIONS } from "./operations.ts";
import type { FromReader, ToReader } from "./protocol.ts";
import { createReaders } from "./readers.ts";

/**
 * What a thread does that answers reads with a connection of its own, one after the other. It
 * writes nothing; what needs the model or the codes of vectors is asked of the thread that has
 * them.
 */
export function answerReads(): void {
  const port = parentPort;
  if (!port) throw new Error("this file is a worker thread");
  const send = (message: FromReader): void => port.postMessage(message, []);
  const { ask, take } = createQuestions(port);
  const { config, env, cwd } = workerData as ThreadStart;
  const context = createContext(config, {
    env,
    cwd,
    signal: new AbortController().signal,
    tell: (event) => {
      if (event.type === "search-notice") send({ type: "notice", message: event.message });
    },
    // Should the other thread have ended, this one scans for itself.
    scanElsewhere: (library, scan) =>
      ask({ type: "scan", library, ...scan }).catch(() => undefined),
  });
  const readers = createReaders(context, (query) => ask({ type: "embed", ...query }));
  const warmed = readers.warm();

  async function close(): Promise<void> {
    await Promise.allSettled([warmed, readers.close()]);
    process.exit();
  }
  async function read({ id, operation, sight, args }: ToReader & { type: "read" }): Promise<void> {
    try {
      const answer = await readers.use(sight, (reader) => {
        const run = OPERATIONS[operation] as (reader: unknown, args: object) => Promise<unknown>;
        return run(reader, args);
      });
      send({ type: "done", id, answer });
    } catch (error) {
      send({ type: "failed", id, failure: toFailure(error) });
    }
  }
  port.on("message", (message: ToReader) => {
    if (message.type === "close") return void close();
    if (message.type === "read") return void read(message);
    take(message);
  });
  void warmed.finally(() => send({ type: "ready" }));
}

type Answered = ToReader & { readonly type: "answer" | "no-answer" };

/** Questions to the thread that has the model, by way of the one that started this one. */
function createQuestions(port: MessagePort): {
  readonly ask: <Q extends Question>(question: Q) => Promise<MeaningAnswer<Q>>;
  readonly take: (message: Answered) => void;
} {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let ids = 0;
  return {
    async ask<Q extends Question>(question: Q) {
      const id = ++ids;
      const answer = Promise.withResolvers<unknown>();
      waiting.set(id, answer);
      port.postMessage({ type: "ask", id, question } satisfies FromReader, []);
      return answer.promise as Promise<MeaningAnswer<Q>>;
    },
    take(message) {
      const asked = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.type === "answer") asked?.resolve(message.answer);
      else asked?.reject(toError(message.failure));
    },
  };
}
