/**
 * `npm run test:cuts -- [cuts, default 100] [seed]`: the connection to the emulator is cut at so
 * many random moments.
 */
import { cutAtRandom } from "./cuts.ts";

const [cuts = "100", seed = String(1 + (Date.now() % 1_000_000))] = process.argv.slice(2);
const report = await cutAtRandom(
  Number(cuts),
  Number(seed),
  (text) => void process.stderr.write(`${text}\n`),
);
process.stdout.write(
  `seed ${seed}: ${report.cuts} cuts; struck ${JSON.stringify(report.struck)}; calls that failed and were made again ${JSON.stringify(report.failures)}; wrong at the end: ${report.wrong.length}\n${report.wrong.map((one) => `  ${one}\n`).join("")}`,
);
process.exitCode = report.wrong.length === 0 ? 0 : 1;
