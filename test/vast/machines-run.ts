/**
 * `npm run test:machines -- [processes, default 8] [files] [kills] [seed] [--bucket]`: so many
 * programs index one folder, or with --bucket one bucket, into one emulator, some are killed.
 */
import { indexOnMachines } from "./machines.ts";

const [processes = 8, files = 60, kills = 12, seed = 1 + (Date.now() % 1_000_000)] = process.argv
  .slice(2)
  .filter((arg) => !arg.startsWith("--"))
  .map(Number);
const inBucket = process.argv.includes("--bucket");
const report = await indexOnMachines(
  { processes, files, kills, seed, inBucket },
  (text) => void process.stderr.write(`${text}\n`),
);
process.stdout.write(
  `seed ${seed}: ${processes} processes, ${report.kills} killed, ${report.indexed} of ${report.files} files indexed; wrong: ${report.wrong.length}\n${report.wrong.map((one) => `  ${one}\n`).join("")}`,
);
process.exitCode = report.wrong.length === 0 ? 0 : 1;
