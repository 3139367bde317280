import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { launcher } from "../../src/launcher.ts";
import { BIN, environment, tempFolder } from "../helpers/run.ts";
import { until } from "../helpers/until.ts";

/** Starts a command that goes on until it is ended. */
function startCommand(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [BIN, ...argv], { env: environment(tempFolder(), env) });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

describe.runIf(launcher({}).length > 0)("a command that goes on for long", () => {
  it("has the limit of the kernel", async () => {
    const child = startCommand(["mcp"]);
    const limits = (): string => readFileSync(`/proc/${child.pid}/limits`, "utf8");
    await until(() => /data size +10000000000 /.test(limits()));
    expect(limits()).toMatch(/core file size +0 +0/);
  });
});

/** What strangers could make a command do, at a signal: it hears nothing from then on. */
const FAULTS = {
  loop: "for (;;) {}",
  microtasks: "const again = () => queueMicrotask(again); again();",
  growth: "const kept = []; for (;;) kept.push(Buffer.alloc(4_000_000, kept.length + 1));",
  // Turns of the loop go on.
  leak: "const kept = []; setInterval(() => kept.push(Buffer.alloc(4_000_000, kept.length + 1)), 20);",
} as const;

async function endOf(
  argv: readonly string[],
  fault: keyof typeof FAULTS,
): Promise<{ readonly signal: string | null; readonly stderr: string }> {
  const planted = join(tempFolder(), "planted.cjs");
  // Threads load it too: the one that watches tells that it is there.
  writeFileSync(
    planted,
    `const { isMainThread, workerData } = require("node:worker_threads");
     if (isMainThread) process.on("SIGUSR2", () => { ${FAULTS[fault]} });
     else if (workerData?.pulse) require("node:fs").writeSync(2, "watched\\n");`,
  );
  const child = startCommand(argv, {
    NODE_OPTIONS: `--require ${planted}`,
    MAIN_MEMORY_MB: "600",
    MAIN_TIMEOUT_MS: "1500",
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = once(child, "exit") as Promise<[number | null, string | null]>;
  await until(() => stderr.includes("watched"));
  child.kill("SIGUSR2");
  const [, signal] = await ended;
  return { signal, stderr };
}

const COMMANDS = [["mcp"], ["serve", "--listen", "127.0.0.1:0"]] as const;

describe("a command that goes on for long, and hears nothing any more,", () => {
  for (const argv of COMMANDS)
    for (const fault of ["loop", "microtasks", "growth", "leak"] as const)
      it(`is ended from outside and says why: ${argv[0]}, ${fault}`, async () => {
        const { signal, stderr } = await endOf(argv, fault);
        const isMemory = fault === "growth" || fault === "leak";
        expect(stderr).toContain(
          isMemory
            ? `error: ${argv[0]}: ended, because it needed more than 600 MB of memory`
            : `error: ${argv[0]}: ended, because it was at one step for 1.5 s`,
        );
        expect(stderr).toContain(isMemory ? "MAIN_MEMORY_MB" : "MAIN_TIMEOUT_MS");
        expect(signal).toBe("SIGKILL");
      });

  it("says it as JSON where errors are JSON", async () => {
    const { stderr } = await endOf(["index", tempFolder(), "--watch", "--json"], "loop");
    const last = stderr.trim().split("\n").at(-1) ?? "";
    expect(JSON.parse(last)).toMatchObject({ error: { code: "OVER_LIMIT", exitCode: 137 } });
  });
});
