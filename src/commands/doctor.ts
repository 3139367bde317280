import { hostname } from "node:os";
import type { Context } from "../context.ts";
import { type Result, runChains, type Step } from "../doctor/check.ts";
import { librarySteps } from "../doctor/library.ts";
import { machineSteps } from "../doctor/machine.ts";
import { formatText, toJson } from "../doctor/report.ts";
import { ERRORS } from "../errors.ts";
import { painter } from "../output.ts";
import { type Command, isOn } from "./command.ts";

export const run: Command = async (_args, flags, context) => {
  const { io } = context;
  if (isOn(flags, "fix")) await fix(context);
  const results = await runChains(chains(context, isOn(flags, "deep")), io.signal);
  const exitCode = exitOf(results, isOn(flags, "strict"));
  if (isOn(flags, "json")) io.stdout.write(`${JSON.stringify({ version: 1, ok: exitCode === 0, exitCode, checks: toJson(results) })}\n`);
  else io.stdout.write(formatText(results, painter(io.stdout, io.env)));
  return exitCode;
};

/** Rebuilds what can be rebuilt, after a copy of the library as it is. */
async function fix(context: Context): Promise<void> {
  const { io, config } = context;
  const backend = await context.openBackend(false);
  try {
    if (!backend.repair) return void io.stderr.write("nothing can be rebuilt here\n");
    const lease = await backend.ledger.acquire({ pid: process.pid, host: hostname() });
    try {
      let broken = 0;
      for await (const { status } of backend.check({})) if (status === "failed") broken++;
      if (broken === 0) return void io.stderr.write("nothing to fix\n");
      const copy = `${config.settings.store}.${new Date().toISOString().replace(/[:.]/g, "-")}.before-fix`;
      await backend.snapshot?.(copy);
      io.stderr.write(`the library as it was: ${copy}\n`);
      for (const line of await backend.repair()) io.stderr.write(`fixed: ${line}\n`);
    } finally {
      await lease.release({});
    }
  } finally {
    await backend.close();
  }
}

const chains = (context: Context, deep: boolean): readonly (readonly Step[])[] => [...machineSteps(context), librarySteps(context, deep)];

/** The first failure decides; warnings count only when they are asked to. */
function exitOf(results: readonly Result[], strict: boolean): number {
  const worst = results.find(({ status }) => status === "failed");
  if (worst) return ERRORS[worst.code].exit;
  return strict && results.some(({ status }) => status === "warning") ? ERRORS.PARTIAL.exit : 0;
}
