import { execFileSync } from "node:child_process";

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** CPU milliseconds of this process for each of these, the first three not counted. */
export async function warm<T>(inputs: readonly T[], act: (input: T) => unknown): Promise<number> {
  const spent: number[] = [];
  for (const input of [...inputs.slice(0, 3), ...inputs]) {
    const before = cpuMs();
    await act(input);
    spent.push(cpuMs() - before);
  }
  return median(spent.slice(3));
}

/** What node alone takes, and what the commands take beyond it. */
export interface Whole {
  readonly empty: number;
  readonly beyond: number;
}

/**
 * CPU milliseconds (user and system) of whole processes, from start to exit, as bash's `time` has them: medians. An empty process runs before each, because the machine's pace
 * changes. The first run is not counted.
 */
export function whole(commands: readonly (readonly string[])[], env: NodeJS.ProcessEnv): Whole {
  const runs = commands.map((command) => ({ empty: spentOn(["-e", "0"], env), full: spentOn(command, env) })).slice(1);
  const empty = median(runs.map((run) => run.empty));
  return { empty, beyond: median(runs.map((run) => run.full)) - empty };
}

function spentOn(command: readonly string[], env: NodeJS.ProcessEnv): number {
  const told = execFileSync("bash", ["-c", 'TIMEFORMAT="%3U %3S"; { time "$@" >/dev/null 2>/tmp/mediasearch-bench-$$ || { cat /tmp/mediasearch-bench-$$ >&2; rm /tmp/mediasearch-bench-$$; exit 1; } } 2>&1; rm -f /tmp/mediasearch-bench-$$', "bash", process.execPath, ...command], { env, encoding: "utf8" });
  const [user = NaN, system = NaN] = told.trim().split(/\s+/).slice(-2).map(Number);
  return (user + system) * 1000;
}
