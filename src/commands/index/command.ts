import { indexPaths } from "../../app/indexing/index-paths.ts";
import type { Command } from "../../cli/command.ts";
import type { INDEX_SPEC } from "../../cli/specs/indexing.ts";
import { hasFlag } from "../../cli/flags.ts";
import { showRun } from "./show-run.ts";

export const run: Command<typeof INDEX_SPEC> = async (paths, flags, context) => {
  const watch = hasFlag(flags, "watch");
  const events = indexPaths(context, {
    locations: paths.map((path) => context.toLocation(path)),
    include: flags.include ?? [],
    exclude: flags.exclude ?? [],
    dryRun: hasFlag(flags, "dryRun"),
    resync: hasFlag(flags, "resync"),
    watch,
  });
  return showRun(events, hasFlag(flags, "json"), context);
};
