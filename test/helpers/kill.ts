import { spawn } from "node:child_process";
import { BIN, environment } from "./run.ts";

/**
 * Runs the real program in a process group of its own and kills the group (SIGKILL) so long after
 * it has `begun`, or after its start.
 * @returns whether the kill came before its end.
 */
export async function killed(
  argv: readonly string[],
  {
    home,
    env = {},
    afterMs,
    begun = () => true,
  }: {
    readonly home: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly afterMs: number;
    readonly begun?: () => boolean;
  },
): Promise<boolean> {
  const child = spawn(process.execPath, [BIN, ...argv], {
    env: environment(home, env),
    stdio: "ignore",
    detached: true,
  });
  const ended = new Promise<boolean>((resolve) => {
    child.on("exit", (_code, signal) => resolve(signal === "SIGKILL"));
  });
  while (!begun())
    await new Promise((resolve) => {
      setTimeout(resolve, 1);
    });
  await new Promise((resolve) => {
    setTimeout(resolve, afterMs);
  });
  try {
    process.kill(-(child.pid ?? 0), "SIGKILL");
  } catch {
    // It was done already.
  }
  return ended;
}
