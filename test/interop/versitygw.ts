import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../helpers/run.ts";

const VERSION = "v1.8.0";

/**
 * The Versity S3 gateway, built once by Go from its module and kept under node_modules/.cache;
 * undefined without Go.
 */
export function versitygw(): string | undefined {
  const folder = join(ROOT, "node_modules/.cache/mediasearch-interop/versitygw", VERSION);
  const program = join(folder, "versitygw");
  if (existsSync(program)) return program;
  if (spawnSync("go", ["version"]).status !== 0) return undefined;
  mkdirSync(folder, { recursive: true });
  process.stderr.write("building versitygw (minutes)\n");
  const { status } = spawnSync(
    "go",
    ["install", `github.com/versity/versitygw/cmd/versitygw@${VERSION}`],
    { stdio: ["ignore", 2, 2], env: { ...process.env, GOBIN: folder } },
  );
  if (status !== 0) throw new Error("versitygw could not be built");
  return program;
}
