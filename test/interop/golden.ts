import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../helpers/run.ts";

/**
 * Whether our query bodies say the same as those that VAST's SDK makes now, for every operator and
 * type of literal.
 */
export function runGolden(python: string): boolean {
  const { stdout, status } = spawnSync(
    python,
    [join(ROOT, "emulator/interop/capture.py"), "queries"],
    { encoding: "utf8", stdio: ["ignore", "pipe", 2], maxBuffer: 1 << 24 },
  );
  if (status !== 0) return false;
  const work = mkdtempSync(join(tmpdir(), "mediasearch-golden-"));
  try {
    writeFileSync(join(work, "queries.json"), stdout);
    return (
      spawnSync(process.execPath, [join(ROOT, "test/vast/golden.ts"), join(work, "queries.json")], {
        stdio: ["ignore", "inherit", 2],
      }).status === 0
    );
  } finally {
    rmSync(work, { recursive: true });
  }
}
