/**
 * `npm run test:fuzz [-- --seconds N] [TARGET…]`: changes valid inputs of every reader of bytes
 * from outside and looks whether it reads or refuses them, within two seconds of processor time and
 * half a gigabyte. Inputs that reach code which no other reached are changed further. Each target
 * gets ten minutes of processor time, or N seconds of it: a busy machine takes longer and tries as
 * much. What is found is written to test/fuzz/finds/; move it to test/fuzz/seeds/TARGET/ when it is
 * mended.
 */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { TARGETS } from "./targets.ts";
import type { FuzzJob, FuzzReport } from "./worker.ts";

const MAX_INPUT_BYTES = 65_536;
/** A thread hangs that reads one input for so long: processor time, or time when it waits. */
const MAX_READ_CPU_MS = 30_000;
const MAX_SILENCE_MS = 600_000;
const MAX_HEAP_MB = 512;
const WATCH_MS = 250;

interface Outcome {
  readonly inputs: number;
  /** What the inputs reached, when the thread came to its end. */
  readonly reach?: string;
  readonly finds: ReadonlyMap<string, Uint8Array>;
}

function fuzz(target: string, seconds: number, seed: number): Promise<Outcome> {
  const shared = new SharedArrayBuffer(8 + MAX_INPUT_BYTES);
  const head = new Int32Array(shared, 0, 2);
  const finds = new Map<string, Uint8Array>();
  const current = (): Uint8Array => Uint8Array.from(new Uint8Array(shared, 8, head[0] ?? 0));
  const worker = new Worker(new URL("worker.ts", import.meta.url), {
    workerData: { target, seed, seconds, shared } satisfies FuzzJob,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });
  return new Promise((resolve) => {
    let inputs = 0;
    let [sinceMs, sinceCpuMs] = [performance.now(), cpuMs()];
    const end = (reach = ""): void => {
      clearInterval(watch);
      void worker.terminate().then(() => resolve({ inputs: head[1] ?? 0, reach, finds }));
    };
    const watch = setInterval(() => {
      const [tookMs, tookCpuMs] = [performance.now() - sinceMs, cpuMs() - sinceCpuMs];
      if (head[1] !== inputs) {
        inputs = head[1] ?? 0;
        [sinceMs, sinceCpuMs] = [performance.now(), cpuMs()];
      } else if (tookCpuMs > MAX_READ_CPU_MS || tookMs > MAX_SILENCE_MS) {
        finds.set(`did not end: ${tookMs} ms, ${tookCpuMs} ms of processor time`, current());
        end();
      }
    }, WATCH_MS);
    worker.on("message", (report: FuzzReport) => {
      if (report.type === "done")
        return end(`${report.blocks} blocks, ${report.kept} inputs kept, `);
      // One find a place in the code.
      const where = report.why.split("\n").slice(0, 3).join("\n");
      if (!finds.has(where)) finds.set(where, report.input);
    });
    worker.on("error", (error) => {
      finds.set(`ended the thread: ${error.message}`, current());
      end();
    });
  });
}

/** What this process has used, with all its threads. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return Math.round((user + system) / 1000);
}

const { values, positionals } = parseArgs({
  options: { seconds: { type: "string", default: "600" }, seed: { type: "string" } },
  allowPositionals: true,
});
const seed = Number(values.seed ?? Date.now() % 1_000_000_007);
const chosen = TARGETS.filter(
  ({ name }) => positionals.length === 0 || positionals.some((one) => name.startsWith(one)),
);
let found = 0;
for (const { name } of chosen) {
  const { inputs, reach, finds } = await fuzz(name, Number(values.seconds), seed);
  process.stdout.write(
    `${name.padEnd(30)} ${String(inputs).padStart(9)} inputs, ${reach}${finds.size} finds\n`,
  );
  for (const [why, input] of finds) {
    found++;
    const folder = new URL(`finds/${name}/`, import.meta.url);
    mkdirSync(folder, { recursive: true });
    const path = new URL(createHash("sha256").update(input).digest("hex").slice(0, 16), folder);
    writeFileSync(path, input);
    process.stdout.write(`  ${path.pathname}\n  ${why.replaceAll("\n", "\n  ")}\n`);
  }
}
const hours = (cpuMs() / 3_600_000).toFixed(2);
process.stdout.write(`seed ${seed}: ${hours} hours of processor time, ${found} finds\n`);
process.exitCode = found > 0 ? 1 : 0;
