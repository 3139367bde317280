// Everything that must hold before a change lands: lint, types, tests. Ends with a line that counts
// them all.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const results = `${root}node_modules/.cache/mediasearch-tests/results.json`;
mkdirSync(new URL("../node_modules/.cache/mediasearch-tests/", import.meta.url), {
  recursive: true,
});
rmSync(results, { force: true });

const npm = (...args) =>
  spawnSync(process.execPath, [process.env.npm_execpath, "run", "--silent", ...args], {
    cwd: root,
    stdio: "inherit",
  }).status === 0;

let passed = 0;
let failed = 0;
for (const check of ["lint", "typecheck"]) {
  if (npm(check)) passed++;
  else {
    failed++;
    process.stderr.write(`${check} failed\n`);
  }
}
const testsOk = npm(
  "test:unit",
  "--",
  "--reporter=default",
  "--reporter=json",
  `--outputFile=${results}`,
);
let counted = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 };
try {
  counted = JSON.parse(readFileSync(results, "utf8"));
} catch {
  // No results: the runner itself failed, which the exit code tells.
}
passed += counted.numPassedTests;
failed += counted.numFailedTests;
const skipped = counted.numPendingTests;
if (!testsOk && counted.numFailedTests === 0) failed++;
const line = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
writeFileSync(`${results}.line`, `${line}\n`);
process.stdout.write(`${line}\n`);
process.exitCode = failed > 0 ? 1 : 0;
