import { execFileSync } from "node:child_process";

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

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

/** CPU milliseconds of a process, and of the empty one that ran before it. */
export interface Spent {
  readonly full: number;
  readonly empty: number;
}

/**
 * What whole processes take from start to exit, user and system, as bash's `time` has them. The
 * machine's pace changes, so the commands take turns, and only what ran in the same turn is to be
 * compared. The first turn is left out.
 */
export function takeTurns<Name extends string>(
  commands: Readonly<Record<Name, (turn: number) => readonly string[]>>,
  turns: number,
  env: NodeJS.ProcessEnv,
): readonly Readonly<Record<Name, Spent>>[] {
  const names = Object.keys(commands) as Name[];
  const one = (turn: number): Record<Name, Spent> =>
    Object.fromEntries(
      names.map((name) => [
        name,
        { empty: spentOn(["-e", "0"], env), full: spentOn(commands[name](turn), env) },
      ]),
    ) as Record<Name, Spent>;
  return Array.from({ length: turns }, (_, turn) => one(turn)).slice(1);
}

function spentOn(command: readonly string[], env: NodeJS.ProcessEnv): number {
  const told = execFileSync(
    "bash",
    [
      "-c",
      'TIMEFORMAT="%3U %3S"; { time "$@" >/dev/null 2>/tmp/mediasearch-bench-$$ || { cat /tmp/mediasearch-bench-$$ >&2; rm /tmp/mediasearch-bench-$$; exit 1; } } 2>&1; rm -f /tmp/mediasearch-bench-$$',
      "bash",
      process.execPath,
      ...command,
    ],
    { env, encoding: "utf8" },
  );
  const [user = NaN, system = NaN] = told.trim().split(/\s+/).slice(-2).map(Number);
  return (user + system) * 1000;
}
