import { parentPort, workerData } from "node:worker_threads";
import { createContext } from "../../app/context.ts";
import type { Embedder } from "../../embed/embedder.ts";
import { embedderOf } from "../../embedding-model.ts";
import { MediasearchError, toMediasearchError } from "../../errors.ts";
import { OPERATIONS } from "./operations.ts";
import type { Failure, FromThread, QueryText, ThreadSetup, ToThread } from "./protocol.ts";
import { createReaders, type QueryVector } from "./readers.ts";

/**
 * A thread that answers reads with a connection of its own, one after the other, or one that makes
 * vectors of queries. It writes nothing.
 */

const port = parentPort;
if (!port) throw new Error("this file is a worker thread");
const send = (message: FromThread): void => port.postMessage(message, []);

const { role, config, env, cwd } = workerData as ThreadSetup;
const context = createContext(config, {
  env,
  cwd,
  signal: new AbortController().signal,
  tell: () => {},
});

const toFailure = (error: unknown): Failure => {
  const { code, message, hint, subject, excerpt } = toMediasearchError(error);
  return { code, message, hint, subject, excerpt };
};

const waiting = new Map<number, PromiseWithResolvers<Float32Array>>();
let questions = 0;
const queryVector: QueryVector = (query) => {
  const id = ++questions;
  const answer = Promise.withResolvers<Float32Array>();
  waiting.set(id, answer);
  send({ type: "embed", id, ...query });
  return answer.promise;
};

const readers = createReaders(context, queryVector);
/** By the model of a library's vectors, which an index run may change meanwhile. */
const embedders = new Map<string, Promise<Embedder>>();

async function embed({ text, stored }: QueryText): Promise<Float32Array> {
  const key = embedderOf(stored);
  const embedder =
    embedders.get(key) ?? context.forLibrary(stored).then((library) => library.openEmbedder());
  embedders.set(key, embedder);
  const opened = await embedder.catch((error: unknown) => {
    embedders.delete(key);
    throw error;
  });
  const [vector] = await opened.embed([text], { as: "query" });
  if (!vector) throw new MediasearchError("BUG", "the model made no vector of the query");
  return vector;
}

async function close(): Promise<void> {
  await Promise.allSettled([
    warmed,
    readers.close(),
    ...[...embedders.values()].map(async (one) => (await one).close()),
  ]);
  process.exit();
}

async function answer(message: ToThread): Promise<void> {
  if (message.type === "close") return close();
  if (message.type === "vector") return waiting.get(message.id)?.resolve(message.vector);
  if (message.type === "no-vector") {
    const { code, message: text, ...details } = message.failure;
    return waiting.get(message.id)?.reject(new MediasearchError(code, text, details));
  }
  const { id } = message;
  try {
    const result =
      message.type === "embed"
        ? await embed(message)
        : await readers.use(message.sight, (reader) => {
            const run = OPERATIONS[message.operation] as (
              reader: unknown,
              args: object,
            ) => Promise<unknown>;
            return run(reader, message.args);
          });
    send({ type: "done", id, answer: result });
  } catch (error) {
    send({ type: "failed", id, failure: toFailure(error) });
  }
}

port.on("message", (message: ToThread) => void answer(message));
const warmed = role === "embed" ? Promise.resolve() : readers.warm();
void warmed.finally(() => {
  send({ type: "ready" });
});
