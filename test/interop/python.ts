import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../helpers/run.ts";

const CACHE = join(ROOT, "node_modules/.cache/mediasearch-interop");

/**
 * The python of a virtual environment that holds these packages; made once, kept under
 * node_modules/.cache.
 * @throws Error that says what is missing
 */
export function pythonWith(name: string, packages: readonly string[]): string {
  const place = join(CACHE, name);
  const python = join(place, "bin/python");
  const done = join(place, "packages.txt");
  const wanted = packages.join("\n");
  mkdirSync(CACHE, { recursive: true });
  if (
    existsSync(done) &&
    spawnSync(python, [
      "-c",
      `import sys; sys.exit(open(${JSON.stringify(done)}).read() != ${JSON.stringify(wanted)})`,
    ]).status === 0
  )
    return python;
  process.stderr.write(`making a Python environment with ${packages.join(", ")}\n`);
  for (const [command, ...args] of [
    ["python3", "-m", "venv", "--clear", place],
    [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages],
  ]) {
    const { status, error } = spawnSync(command ?? "", args, { stdio: ["ignore", 2, 2] });
    if (status !== 0)
      throw new Error(
        `${command} ${args.slice(0, 3).join(" ")} failed${error === undefined ? "" : `: ${error.message}`}. Python 3.10 or newer with venv, and pip's index, are needed.`,
      );
  }
  writeFileSync(done, wanted);
  return python;
}
