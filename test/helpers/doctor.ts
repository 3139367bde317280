import { mediasearch, tempFolder } from "./run.ts";

export interface Check {
  readonly check: string;
  readonly status: string;
  readonly found: string;
  readonly hint: string | null;
}

/** Runs `doctor --json` over an empty home of its own. */
export async function doctor(
  env: Readonly<Record<string, string>>,
  ...flags: readonly string[]
): Promise<{ exitCode: number; failed: Check | undefined; checks: readonly Check[]; all: string }> {
  const { exitCode, stdout, stderr } = await mediasearch(["doctor", "--json", ...flags], {
    home: tempFolder(),
    env,
  });
  const { checks } = JSON.parse(stdout) as { checks: readonly Check[] };
  return {
    exitCode,
    failed: checks.find(({ status }) => status === "failed"),
    checks,
    all: stdout + stderr,
  };
}
