/**
 * npm run test:faults -- [--kills N] [--points N] [--seed N] [KIND…] [COMMAND…]: kills every
 * command that writes at a call of its choice, fills its disk, lets reads and syncs fail, cuts the
 * power and turns the clock, and says what became of the library. Kinds: kills, full, errors,
 * power, clock.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { seeded } from "../crash/crash.ts";
import { KINDS, type Kind, planTrials } from "./plans.ts";
import { SCENARIOS } from "./scenarios.ts";
import { noFaults } from "./shim.ts";
import { prepareScenario } from "./trials.ts";

const { values, positionals } = parseArgs({
  options: {
    kills: { type: "string", default: "50" },
    points: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
  },
  allowPositionals: true,
});
const reason = noFaults();
if (reason !== null) throw new Error(`no faults were tried: ${reason}`);
const isKind = (word: string): word is Kind => (KINDS as readonly string[]).includes(word);
const kinds = positionals.some(isKind) ? positionals.filter(isKind) : KINDS;
const names = positionals.filter((word) => !isKind(word));
const chosen = SCENARIOS.filter(({ name }) => names.length === 0 || names.includes(name));
const work = mkdtempSync(join(tmpdir(), "mediasearch-faults-"));
let wrong = 0;
process.stdout.write("| command | fault | tried | wrong | exit codes |\n|---|---|---|---|---|\n");
for (const scenario of chosen) {
  const prepared = await prepareScenario(scenario, work);
  for (const kind of kinds) {
    const random = seeded(Number(values.seed));
    const exits = new Map<string, number>();
    const counts = { kills: Number(values.kills), points: Number(values.points) };
    let [tried, failed] = [0, 0];
    for (const attempt of planTrials(kind, prepared, counts, random)) {
      const trial = await attempt();
      tried++;
      const exit = String(trial.exitCode ?? "killed");
      exits.set(exit, (exits.get(exit) ?? 0) + 1);
      if (trial.wrong.length === 0) continue;
      failed++;
      process.stderr.write(`WRONG ${trial.what}: ${trial.wrong.join("; ")}\n`);
    }
    wrong += failed;
    const codes = [...exits].map(([code, times]) => `${code}: ${times}`).join(", ");
    process.stdout.write(`| ${scenario.name} | ${kind} | ${tried} | ${failed} | ${codes} |\n`);
  }
}
rmSync(work, { recursive: true, force: true });
process.stdout.write(`\nseed ${values.seed}: ${wrong} wrong\n`);
process.exitCode = wrong > 0 ? 1 : 0;
