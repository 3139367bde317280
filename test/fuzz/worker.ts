import { parentPort, workerData } from "node:worker_threads";
import { startCoverage } from "./coverage.ts";
import { mutate, randomFrom } from "./mutate.ts";
import { failureOf, TARGETS } from "./targets.ts";

export interface FuzzJob {
  readonly target: string;
  readonly seed: number;
  /** Of processor time. */
  readonly seconds: number;
  /** The input that is being read: its length, how many were read before, then its bytes. */
  readonly shared: SharedArrayBuffer;
}

export type FuzzReport =
  | { readonly type: "failed"; readonly input: Uint8Array; readonly why: string }
  | {
      readonly type: "done";
      /** Blocks of the program that ran. */
      readonly blocks: number;
      /** Inputs that reached a block first, and were changed further. */
      readonly kept: number;
    };

const MAX_INPUT_MS = 2000;

/** To ask for the counts takes longer than most inputs do. */
const BATCH = 128;
const MAX_KEPT = 2000;

/**
 * Inputs of one target until the time is up; each is put where the watching thread finds it. Those
 * that reach code which no other reached become seeds.
 */
async function run({ target: name, seed, seconds, shared }: FuzzJob): Promise<void> {
  const target = TARGETS.find((one) => one.name === name);
  if (!target || !parentPort) throw new Error(`no target ${name}`);
  const [head, body] = [new Int32Array(shared, 0, 2), new Uint8Array(shared, 8)];
  const seeds: Uint8Array[] = [...target.seeds()];
  const given = seeds.length;
  const random = randomFrom(seed);
  const takeBlocks = startCoverage();
  const seen = new Set<string>();
  const before = process.cpuUsage();
  const isOver = (): boolean => {
    const { user, system } = process.cpuUsage(before);
    return user + system >= seconds * 1e6;
  };
  let inputs = 0;
  const tryOne = async (input: Buffer): Promise<void> => {
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
      parentPort?.postMessage({ type: "failed", input, why } satisfies FuzzReport);
  };
  /** Those of the inputs by which the blocks were reached, found by halves. */
  const findReaching = async (
    batch: readonly Buffer[],
    blocks: readonly string[],
  ): Promise<readonly Buffer[]> => {
    if (batch.length === 1 || blocks.length === 0) return blocks.length > 0 ? batch : [];
    const half = batch.slice(0, batch.length / 2);
    for (const input of half) await tryOne(input);
    const ran = takeBlocks();
    const first = blocks.filter((block) => ran.has(block));
    const rest = blocks.filter((block) => !ran.has(block));
    return [
      ...(await findReaching(half, first)),
      ...(await findReaching(batch.slice(half.length), rest)),
    ];
  };
  while (!isOver()) {
    const batch = Array.from({ length: BATCH }, () => mutate(seeds, random));
    for (const input of batch) await tryOne(input);
    const fresh = [...takeBlocks()].filter((block) => !seen.has(block));
    for (const block of fresh) seen.add(block);
    if (fresh.length > 0 && seeds.length - given < MAX_KEPT)
      seeds.push(...(await findReaching(batch, fresh)));
  }
  const report: FuzzReport = { type: "done", blocks: seen.size, kept: seeds.length - given };
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort.postMessage(report);
}

await run(workerData as FuzzJob);
