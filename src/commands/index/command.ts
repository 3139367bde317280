import { indexPaths } from "../../app/indexing/index-paths.ts";
import { resolve } from "node:path";
import { withRunMetrics } from "../../app/indexing/run-metrics.ts";
import { withRunTraces } from "../../app/indexing/run-traces.ts";
import { toMediasearchError } from "../../errors.ts";
import { writeWhole } from "../../unfinished.ts";
import type { Command } from "../../cli/command.ts";
import type { INDEX_SPEC } from "../../cli/specs/indexing.ts";
import { hasFlag } from "../../cli/flags.ts";
import { canShowLive, showRun } from "./show-run.ts";

/** The collector reads the file at any time, as another user. */
async function put(path: string, text: string): Promise<void> {
  try {
    await writeWhole(path, text, { mode: 0o644, replace: true });
  } catch (error) {
    throw toMediasearchError(error, path);
  }
}

export const run: Command<typeof INDEX_SPEC> = async (paths, flags, context) => {
  const asJson = hasFlag(flags, "json");
  const watch = hasFlag(flags, "watch");
  const events = indexPaths(context, {
    locations: paths.map((path) => context.toLocation(path)),
    include: flags.include ?? [],
    exclude: flags.exclude ?? [],
    dryRun: hasFlag(flags, "dryRun"),
    resync: hasFlag(flags, "resync"),
    estimate: !asJson && canShowLive(context.io),
    readAlong: hasFlag(flags, "print"),
    watch,
  });
  const { metricsFile } = flags;
  const path = metricsFile === undefined ? undefined : resolve(context.cwd, metricsFile);
  const counted = path === undefined ? events : withRunMetrics(events, (text) => put(path, text));
  const watched = withRunTraces(
    counted,
    context.config.settings,
    (text) => void context.io.stderr.write(`warning: ${text}\n`),
  );
  return showRun(watched, asJson, context);
};
