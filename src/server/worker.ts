import { enableCompileCache } from "node:module";
import { workerData } from "node:worker_threads";
import type { ThreadStart } from "./threads.ts";

/**
 * What every thread of the server begins with. V8's compiled code is looked for by each thread
 * anew, and only for what is loaded after it was told where: so a thread's own part comes second.
 */
const { part, compileCache } = workerData as ThreadStart;

const PARTS: Readonly<Record<ThreadStart["part"], () => Promise<void>>> = {
  read: async () => (await import("./reads/thread.ts")).answerReads(),
  meaning: async () => (await import("./meaning/thread.ts")).answerQuestions(),
  work: async () => (await import("./work/thread.ts")).doWork(),
};

if (compileCache !== undefined) enableCompileCache(compileCache);
void PARTS[part]();
