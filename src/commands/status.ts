import { hostname } from "node:os";
import { isHeld } from "../backends/lease.ts";
import type { RunRecord } from "../backends/ledger.ts";
import { formatBytes, pluralize, formatDuration, formatNumber } from "../text/format.ts";
import { libraryName } from "../app/library-name.ts";
import { hasFlag } from "../cli/flags.ts";
import { type Command } from "../cli/command.ts";
import type { STATUS } from "../cli/specs/library.ts";

export const run: Command<typeof STATUS> = async (_args, flags, context) => {
  const { io } = context;
  const backend = await context.openBackend(false);
  try {
    const { assets, segments, vectors, durationMs, sizeBytes } = await backend.store.counts();
    const identity = await backend.store.identity();
    const jobs: Record<string, number> = {};
    for (const { state } of await backend.ledger.listJobs()) jobs[state] = (jobs[state] ?? 0) + 1;
    const archived = (await backend.store.listArchived()).length;
    const last = (await backend.ledger.lastRun()) ?? null;
    const queued = assets.registered + assets.partial + (jobs["RETRYING"] ?? 0);
    const library = libraryName(context.config.settings);
    if (hasFlag(flags, "json")) {
      io.stdout.write(
        `${JSON.stringify({ version: 1, library, files: assets, segments, vectors, durationMs, sizeBytes, model: identity?.embedder ?? null, queued, jobs, archived, lastRun: last && { ...last, isRunning: last.endedAtMs === null && isHeld(last, hostname()) } })}\n`,
      );
      return 0;
    }
    const line = (name: string, text: string): void =>
      void io.stdout.write(`${name.padEnd(10)} ${text}\n`);
    line("library", `${library}, ${formatBytes(sizeBytes)}`);
    line(
      "files",
      Object.entries(assets)
        .filter(([state, n]) => n > 0 || state === "indexed")
        .map(([state, n]) => `${formatNumber(n)} ${state}`)
        .join(", "),
    );
    line(
      "indexed",
      `${formatDuration(durationMs)} of audio in ${pluralize(segments, "segment")}, ${formatNumber(vectors)} with vectors`,
    );
    line("model", identity?.embedder ?? "none yet");
    line("queue", queued === 0 ? "empty" : `${pluralize(queued, "file")}; next: mediasearch index`);
    line(
      "jobs",
      Object.keys(jobs).length === 0
        ? "none failed"
        : `${Object.entries(jobs)
            .map(([state, n]) => `${n} ${state}`)
            .join(", ")}; next: mediasearch jobs`,
    );
    if (archived > 0) line("archive", pluralize(archived, "replaced transcript"));
    line("last run", lastRun(last));
    return 0;
  } finally {
    await backend.close();
  }
};

function lastRun(run: RunRecord | null): string {
  if (!run) return "never";
  const began = new Date(run.startedAtMs).toISOString();
  if (run.endedAtMs === null && isHeld(run, hostname()))
    return `going on since ${began}, process ${run.pid} on ${run.host}`;
  if (!run.summary)
    return `${began}, killed before its end; next: mediasearch index, the same again`;
  const { indexed = 0, unchanged = 0, failed = 0 } = run.summary;
  return `${began}, ${formatDuration((run.endedAtMs ?? run.renewedAtMs) - run.startedAtMs)}: indexed ${indexed}, ${unchanged} unchanged, ${failed} failed`;
}
