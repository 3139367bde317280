import { confirm } from "../doctor/answers.ts";
import type { CheckStep } from "../check.ts";
import { type Result, runChains } from "../doctor/check.ts";
import { librarySteps } from "../doctor/library.ts";
import { machineSteps } from "../doctor/machine.ts";
import type { Measure } from "../doctor/perf.ts";
import { recogniserSteps } from "../doctor/recognisers.ts";
import {
  formatItems,
  formatMeasures,
  formatReport,
  itemsAsMarkdown,
  toJson,
} from "../doctor/report.ts";
import { ERRORS, MediasearchError } from "../errors.ts";
import { packageVersion } from "../version.ts";
import { styler } from "../terminal/style.ts";
import { type FlagsOf, hasFlag } from "../cli/flags.ts";
import type { Command, CommandContext } from "../cli/command.ts";
import type { DOCTOR_SPEC } from "../cli/specs/machine.ts";
import { chosenFormat } from "../cli/output-format.ts";
import { formatJson } from "../text/format.ts";
import { stripControls } from "../text/strip-controls.ts";

export const run: Command<typeof DOCTOR_SPEC> = async (_args, flags, context) => {
  const { io } = context;
  const format = chosenFormat(flags);
  if (hasFlag(flags, "fix")) await fix(context);
  const measures = hasFlag(flags, "perf")
    ? await (await import("../doctor/perf.ts")).measureMachine(context)
    : undefined;
  const results = await runChains(await chains(context, flags), io.signal);
  if (hasFlag(flags, "readiness"))
    return reportReadiness(flags, context, results, measures, format);
  const exitCode = exitOf(results, hasFlag(flags, "strict"));
  if (hasFlag(flags, "json"))
    io.stdout.write(
      `${formatJson({ version: 1, ok: exitCode === 0, exitCode, checks: toJson(results), ...(measures ? { performance: measures } : {}) })}\n`,
    );
  else
    io.stdout.write(
      `${formatReport(results, styler(io.stdout, io.env))}${measures ? `\n${formatMeasures(measures)}` : ""}`,
    );
  return exitCode;
};

/** The object store is looked at where one is set, the cluster where it is in use or asked for. */
async function chains(
  context: CommandContext,
  flags: FlagsOf<typeof DOCTOR_SPEC>,
): Promise<readonly (readonly CheckStep[])[]> {
  const { settings } = context.config;
  const backend = flags.backend ?? settings.backend;
  const all: (readonly CheckStep[])[] = [
    ...machineSteps(context, context.io.stdout),
    ...recogniserSteps(context),
  ];
  const [{ backendChecks }, { networkSteps }] = await Promise.all([
    import("../backends/registry.ts"),
    import("../doctor/network.ts"),
  ]);
  all.push(
    (await backendChecks(backend, { settings, networkSteps })) ??
      librarySteps(context, hasFlag(flags, "deep")),
  );
  if (settings.s3Endpoint !== undefined || settings.mediaBucket !== undefined) {
    const { objectStoreSteps } = await import("../doctor/object-store.ts");
    all.push(objectStoreSteps(settings));
  }
  return all;
}

async function reportReadiness(
  flags: FlagsOf<typeof DOCTOR_SPEC>,
  context: CommandContext,
  results: readonly Result[],
  measures: readonly Measure[] | undefined,
  format: string,
): Promise<number> {
  const { io, config } = context;
  const { readiness } = await import("../doctor/readiness.ts");
  const items = await readiness({
    context,
    version: packageVersion(),
    results,
    answers: confirm(config.settings.store, flags.confirm ?? []),
    hoursPerDay: hours(flags.hoursPerDay),
    measures,
  });
  const open = items.filter(({ status }) => status !== "ok").length;
  const isFailed = items.some(({ status }) => status === "failed");
  const exitCode = isFailed || (hasFlag(flags, "strict") && open > 0) ? ERRORS.PARTIAL.exit : 0;
  if (format === "json")
    io.stdout.write(
      `${formatJson({ version: 1, ready: open === 0, exitCode, items, performance: measures ?? null })}\n`,
    );
  else if (format === "md")
    io.stdout.write(
      `# Readiness, ${new Date().toISOString().slice(0, 10)}\n\n${itemsAsMarkdown(items)}`,
    );
  else io.stdout.write(formatItems(items, styler(io.stdout, io.env)));
  io.stderr.write(open === 0 ? "ready\n" : `${open} of ${items.length} items are open\n`);
  return exitCode;
}

function hours(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const value = Number(given);
  if (!(value > 0))
    throw new MediasearchError(
      "USAGE",
      `--hours-per-day: must be a number above 0, not "${given}"`,
      { subject: "--hours-per-day" },
    );
  return value;
}

/** Rebuilds what can be rebuilt, of a file after a copy of the library as it is. */
async function fix(context: CommandContext): Promise<void> {
  const { io, config } = context;
  const backend = await context.openBackend(false);
  try {
    const { medium } = backend;
    if (medium.kind === "memory") return void io.stderr.write("nothing can be rebuilt here\n");
    if (medium.kind === "service") {
      const lines = await medium.repair();
      if (lines.length === 0) io.stderr.write("nothing to fix\n");
      return reportFixed(lines, io);
    }
    // Each step is one transaction or a copy, so that runs that go on need not be ended.
    const findings = await Array.fromAsync(backend.check({}));
    if (findings.every(({ status }) => status !== "failed"))
      return void io.stderr.write("nothing to fix\n");
    const copy = `${config.settings.store}.${new Date().toISOString().replace(/[:.]/g, "-")}.before-fix`;
    await medium.snapshot(copy);
    io.stderr.write(`the library as it was: ${stripControls(copy)}\n`);
    reportFixed(await medium.repair(), io);
  } finally {
    await backend.close();
  }
}

function reportFixed(lines: readonly string[], { stderr }: CommandContext["io"]): void {
  for (const line of lines) stderr.write(`fixed: ${stripControls(line)}\n`);
}

/** The first failure decides; warnings count only when they are asked to. */
function exitOf(results: readonly Result[], strict: boolean): number {
  const worst = results.find(({ status }) => status === "failed");
  if (worst) return ERRORS[worst.code].exit;
  return strict && results.some(({ status }) => status === "warning") ? ERRORS.PARTIAL.exit : 0;
}
