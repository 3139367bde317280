import { displayPath, fileNames } from "../app/display-path.ts";
import { indexPaths } from "../app/indexing/index-paths.ts";
import { listJobs, NEXT_STEPS, purgeJobs, requestRetry, skipJobs } from "../app/library/jobs.ts";
import type { Job } from "../backends/job-store.ts";
import type { Command, CommandContext } from "../cli/command.ts";
import { hasFlag } from "../cli/flags.ts";
import type { JOBS_SPEC } from "../cli/specs/indexing.ts";
import { MediasearchError } from "../errors.ts";
import { styler } from "../terminal/style.ts";
import { formatJson, pluralize } from "../text/format.ts";
import { stripControls } from "../text/strip-controls.ts";
import { showRun } from "./index/show-run.ts";

export const run: Command<typeof JOBS_SPEC> = async (
  [action = "list", ...files],
  flags,
  context,
) => {
  const { io } = context;
  const asJson = hasFlag(flags, "json");
  if (action !== "list" && files.length === 0 && !hasFlag(flags, "all"))
    throw new MediasearchError("USAGE", `jobs ${action}: which files?`, {
      hint: `mediasearch jobs ${action} FILE   (or --all)`,
    });
  const jobs = await listJobs(context, { files, state: flags.state });
  if (files.length > 0 && jobs.length === 0)
    throw new MediasearchError("NOT_FOUND", `no failed file matches ${files.join(" ")}`, {
      hint: "mediasearch jobs list",
    });
  if (action === "retry" && jobs.length > 0) return retryJobs(jobs, asJson, context);
  if (action === "skip") await skipJobs(context, jobs);
  if (action === "purge") await purgeJobs(context, jobs);
  if (asJson) {
    const records = jobs.map((job) => ({ ...job, ...fileNames(job.id, io.cwd) }));
    io.stdout.write(`${formatJson({ version: 1, action, jobs: records })}\n`);
  } else printJobs(action, jobs, context);
  return 0;
};

/**
 * Forgets the failures once the library is this run's, and tries the files at once, with the engine
 * of this call. While another run holds the library, that one is asked to.
 */
async function retryJobs(
  jobs: readonly Job[],
  asJson: boolean,
  context: CommandContext,
): Promise<number> {
  const locations = jobs.map(({ id }) => id);
  try {
    return await showRun(indexPaths(context, { locations, forget: locations }), asJson, context);
  } catch (error) {
    if (!(error instanceof MediasearchError) || error.code !== "STORE_BUSY") throw error;
    await requestRetry(context, locations);
    const { io } = context;
    if (asJson)
      io.stdout.write(`${formatJson({ version: 1, action: "retry", handedOver: locations })}\n`);
    else
      io.stderr.write(
        `${pluralize(locations.length, "file")} handed to the run that is going on: it tries them soon, with its own options\n`,
      );
    return 0;
  }
}

function printJobs(action: string, jobs: readonly Job[], { io }: CommandContext): void {
  const paint = styler(io.stdout, io.env);
  if (action === "skip" || action === "purge")
    return void io.stderr.write(
      `${pluralize(jobs.length, "file")} ${action === "skip" ? "skipped from now on" : "forgotten"}\n`,
    );
  for (const { id, state, reason, attempts, hint, log, engine } of jobs) {
    io.stdout.write(
      `${paint(state === "SKIPPED" ? "dim" : "red", state.padEnd(19))} ${paint("cyan", stripControls(displayPath(id, io.cwd)))}  ${stripControls(reason)}  (${pluralize(attempts, "attempt")})\n`,
    );
    if (action !== "show") continue;
    io.stdout.write(
      `  engine ${stripControls(engine)}\n  next:  ${stripControls(hint ?? NEXT_STEPS[state])}\n${log.map((line) => `  ${stripControls(line)}\n`).join("")}`,
    );
  }
  if (jobs.length === 0) io.stderr.write("no failed files\n");
}
