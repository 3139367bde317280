import { parentPort, workerData } from "node:worker_threads";
import { mutate, randomFrom } from "./mutate.ts";
import { failureOf, TARGETS } from "./targets.ts";

export interface FuzzJob {
  readonly target: string;
  readonly seed: number;
  readonly seconds: number;
  /** The input that is being read: its length, how many were read before, then its bytes. */
  readonly shared: SharedArrayBuffer;
}

export type FuzzReport =
  | { readonly type: "failed"; readonly input: Uint8Array; readonly why: string }
  | { readonly type: "done"; readonly inputs: number };

const MAX_INPUT_MS = 2000;

/** Inputs of one target until the time is up; each is put where the watching thread finds it. */
async function run({ target: name, seed, seconds, shared }: FuzzJob): Promise<void> {
  const target = TARGETS.find((one) => one.name === name);
  if (!target || !parentPort) throw new Error(`no target ${name}`);
  const [head, body] = [new Int32Array(shared, 0, 2), new Uint8Array(shared, 8)];
  const seeds = target.seeds();
  const random = randomFrom(seed);
  const untilMs = performance.now() + seconds * 1000;
  let inputs = 0;
  while (performance.now() < untilMs) {
    const input = mutate(seeds, random);
    body.set(input);
    Atomics.store(head, 0, input.length);
    Atomics.store(head, 1, ++inputs);
    const before = process.threadCpuUsage();
    const refusal = await failureOf(target, input);
    const { user, system } = process.threadCpuUsage(before);
    const ms = (user + system) / 1000;
    // The first inputs also load modules and compile them.
    const isSlow = inputs > 10 && ms > MAX_INPUT_MS;
    const why = refusal ?? (isSlow ? `took ${Math.round(ms)} ms of processor time` : undefined);
    if (why !== undefined)
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread
      parentPort.postMessage({ type: "failed", input, why } satisfies FuzzReport);
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort.postMessage({ type: "done", inputs } satisfies FuzzReport);
}

await run(workerData as FuzzJob);
