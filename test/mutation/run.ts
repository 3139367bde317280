/**
 * npm run test:mutation -- [count, default 1000] [seed, default 1]: what the real program makes of
 * harmed files.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { broken, indexMutants } from "./check.ts";
import { mutants } from "./mutate.ts";

const count = Number(process.argv[2] ?? 1000);
const seed = Number(process.argv[3] ?? 1);
const folder = mkdtempSync(join(tmpdir(), "mediasearch-mutants-"));
const home = mkdtempSync(join(tmpdir(), "mediasearch-mutants-home-"));
const all = [...mutants(count, seed)];
// Captions beside media of the same number do not occur: every mutant is a file of its own.
const result = await indexMutants(all, folder, home);
const tally = new Map<string, number>();
for (const { name, kind } of all) {
  const [told] = result.outcomes.get(name) ?? [];
  const key = `${kind.padEnd(20)} ${told?.type ?? "NOTHING"}${told?.reason ? `: ${told.reason.slice(0, 70)}` : ""}`;
  tally.set(key, (tally.get(key) ?? 0) + 1);
}
for (const [key, n] of [...tally].toSorted())
  process.stdout.write(`${String(n).padStart(5)}  ${key}\n`);
const wrong = broken(
  all.map(({ name }) => name),
  result,
);
for (const text of wrong) process.stdout.write(`WRONG: ${text}\n`);
process.stdout.write(
  `${count} mutants, seed ${seed}: exit ${result.exitCode}, ${(result.wallMs / 1000).toFixed(0)} s, main process ${(result.mainBytes / 1e6).toFixed(0)} MB, largest worker ${(result.workerBytes / 1e6).toFixed(0)} MB, ${wrong.length} wrong\n`,
);
rmSync(folder, { recursive: true });
rmSync(home, { recursive: true });
process.exitCode = wrong.length > 0 ? 1 : 0;
