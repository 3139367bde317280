import { parentPort, workerData } from "node:worker_threads";
import { type Context, createContext } from "../../app/context.ts";
import { openCodeScanner } from "../../backends/registry.ts";
import type { Embedder } from "../../embed/embedder.ts";
import { embedderOf } from "../../embedding-model.ts";
import { MediasearchError } from "../../errors.ts";
import { type ThreadStart, toFailure } from "../threads.ts";
import type { FromMeaning, Question, QueryText, ToMeaning } from "./protocol.ts";

/** What the thread does that has the model and the codes of vectors. It writes nothing. */
export function answerQuestions(): void {
  const port = parentPort;
  if (!port) throw new Error("this file is a worker thread");
  const { config, env, cwd } = workerData as ThreadStart;
  const signal = new AbortController().signal;
  const model = createModel(createContext(config, { env, cwd, signal, tell: () => {} }));
  let scanner: ReturnType<typeof openCodeScanner> | undefined;

  async function find(question: Question): Promise<unknown> {
    if (question.type === "embed") return model.embed(question);
    const { library, vector, most, only } = question;
    return (await (scanner ??= openCodeScanner())).scan(library, { vector, most, only });
  }
  async function answer(id: number, question: Question): Promise<FromMeaning> {
    try {
      return { type: "done", id, answer: await find(question) };
    } catch (error) {
      return { type: "failed", id, failure: toFailure(error) };
    }
  }
  async function close(): Promise<void> {
    await Promise.allSettled([scanner?.then((opened) => opened.close()), model.close()]);
    process.exit();
  }
  port.on("message", (message: ToMeaning) => {
    if (message.type === "close") return void close();
    void answer(message.id, message.question).then((reply) => port.postMessage(reply, []));
  });
}

/** The models of libraries' vectors; an index run may change which one that is. */
function createModel(context: Context): {
  readonly embed: (query: QueryText) => Promise<Float32Array>;
  readonly close: () => Promise<void>;
} {
  const embedders = new Map<string, Promise<Embedder>>();
  return {
    async embed({ text, stored }) {
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
    },
    async close() {
      await Promise.allSettled([...embedders.values()].map(async (one) => (await one).close()));
    },
  };
}
