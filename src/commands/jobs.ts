import type { Backend } from "../backends/backend.ts";
import type { Job } from "../backends/ledger.ts";
import { MediasearchError } from "../errors.ts";
import { pluralize } from "../text/format.ts";
import { styler } from "../terminal/style.ts";
import { stripControls } from "../text/strip-controls.ts";
import { anyFileMatcher } from "../text/file-filter.ts";
import { hasFlag } from "../cli/flags.ts";
import type { Command, CommandContext } from "../cli/command.ts";
import type { JOBS } from "../cli/specs/indexing.ts";
import { indexPaths } from "../app/indexing/index-paths.ts";
import { showRun } from "./index/show-run.ts";
import { displayPath } from "../app/display-path.ts";

export const run: Command<typeof JOBS> = async ([action = "list", ...patterns], flags, context) => {
  const asJson = hasFlag(flags, "json");
  if (action !== "list" && patterns.length === 0 && !hasFlag(flags, "all"))
    throw new MediasearchError("USAGE", `jobs ${action}: which files?`, {
      hint: `mediasearch jobs ${action} FILE   (or --all)`,
    });
  const jobs = await chosen(context, patterns, flags.state);
  if (patterns.length > 0 && jobs.length === 0)
    throw new MediasearchError("NOT_FOUND", `no failed file matches ${patterns.join(" ")}`, {
      hint: "mediasearch jobs list",
    });
  if (action === "retry") return retry(jobs, context, asJson);
  if (action === "skip" || action === "purge")
    await withBackend(context, async ({ ledger, store }) => {
      for (const job of jobs) {
        if (action === "skip")
          await ledger.putJob({ ...job, state: "SKIPPED", updatedAtMs: Date.now() });
        else {
          await ledger.removeJob(job.id);
          if ((await store.getAsset(job.id))?.fingerprint === null) await store.removeAsset(job.id);
        }
      }
    });
  if (asJson)
    context.io.stdout.write(
      `${JSON.stringify({ version: 1, action, jobs: jobs.map((job) => ({ ...job, file: displayPath(job.id, context.io.cwd) })) })}\n`,
    );
  else print(action, jobs, context);
  return 0;
};

async function withBackend<T>(
  context: CommandContext,
  act: (backend: Backend) => Promise<T>,
): Promise<T> {
  const backend = await context.openBackend(false);
  try {
    return await act(backend);
  } finally {
    await backend.close();
  }
}

async function chosen(
  context: CommandContext,
  patterns: readonly string[],
  state: string | undefined,
): Promise<readonly Job[]> {
  const matches = await anyFileMatcher(patterns, context.io.cwd);
  const jobs = await withBackend(context, ({ ledger }) => ledger.listJobs());
  return jobs.filter((job) => (state === undefined || job.state === state) && matches(job.id));
}

/** Forgets the failures once the library is this run's, and tries the files at once, with the engine of this call. */
async function retry(
  jobs: readonly Job[],
  context: CommandContext,
  asJson: boolean,
): Promise<number> {
  if (jobs.length === 0) {
    if (asJson)
      context.io.stdout.write(`${JSON.stringify({ version: 1, action: "retry", jobs: [] })}\n`);
    else context.io.stderr.write("no failed files\n");
    return 0;
  }
  const locations = jobs.map(({ id }) => id);
  return showRun(indexPaths(context, { locations, forget: locations }), asJson, context);
}

const NEXT: Readonly<Record<Job["state"], string>> = {
  RETRYING: "mediasearch index tries it again",
  NEEDS_MEDIA_FIX: "mend or replace the file; the next run sees that it changed",
  NEEDS_ENGINE_TUNING: "mediasearch jobs retry FILE --engine NAME",
  QUARANTINED: "mediasearch jobs retry FILE, when the cause is gone",
  SKIPPED: "mediasearch jobs retry FILE, to have it after all",
};

function print(action: string, jobs: readonly Job[], { io }: CommandContext): void {
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
      `  engine ${engine}\n  next:  ${stripControls(hint ?? NEXT[state])}\n${log.map((line) => `  ${stripControls(line)}\n`).join("")}`,
    );
  }
  if (jobs.length === 0) io.stderr.write("no failed files\n");
}
