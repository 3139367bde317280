import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Rule } from "./faults.ts";

export interface Spawned {
  readonly url: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly bucket: string;
  readonly pid: number;
  /** Replaces the faults; `[]` ends them. */
  setFaults(rules: readonly Rule[]): Promise<void>;
  status(): Promise<{
    readonly transactions: number;
    readonly requests: Readonly<Record<string, number>>;
    readonly struck: Readonly<Record<string, number>>;
  }>;
  stop(): Promise<void>;
  /** kill -9, as a cluster that goes away at once. */
  kill(): Promise<void>;
}

/**
 * Starts an emulator as a process of its own, on a free port, for tests and benchmarks. `args` are
 * further flags.
 */
export async function spawnEmulator(args: readonly string[] = []): Promise<Spawned> {
  const accessKey = "emulator-access";
  const secretKey = "emulator-secret";
  const bucket = "vastdb";
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  const child = spawn(
    process.execPath,
    [
      main,
      "--port",
      "0",
      "--access-key",
      accessKey,
      "--secret-key",
      secretKey,
      "--bucket",
      bucket,
      ...args,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, "exit").then(([code]: unknown[]) => {
    throw new Error(`the emulator ended with ${String(code)} before it was ready`);
  });
  const [url] = (await Promise.race([once(lines, "line"), ended])) as [string];
  ended.catch(() => {});
  const { pid } = child;
  if (pid === undefined) throw new Error("the emulator did not start");
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
  };
  return {
    url,
    accessKey,
    secretKey,
    bucket,
    pid,
    async setFaults(rules) {
      const response = await fetch(`${url}/_emulator/faults`, {
        method: "PUT",
        body: JSON.stringify(rules),
      });
      if (!response.ok)
        throw new Error(`the emulator refuses these faults: ${await response.text()}`);
    },
    async status() {
      return (await (await fetch(`${url}/_emulator/status`)).json()) as Awaited<
        ReturnType<Spawned["status"]>
      >;
    },
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
  };
}
