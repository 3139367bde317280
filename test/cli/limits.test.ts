import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { launcher } from "../../src/launcher.ts";
import { BIN, environment, tempFolder } from "../helpers/run.ts";
import { until } from "../helpers/until.ts";

describe.runIf(launcher({}).length > 0)("a command that goes on for long", () => {
  it("has the limit", async () => {
    const child = spawn(process.execPath, [BIN, "mcp"], { env: environment(tempFolder()) });
    try {
      const limits = (): string => readFileSync(`/proc/${child.pid}/limits`, "utf8");
      await until(() => /data size +4000000000 /.test(limits()));
      expect(limits()).toMatch(/core file size +0 +0/);
    } finally {
      child.kill("SIGKILL");
    }
  });
});
