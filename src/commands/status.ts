import { folderText } from "../app/library/folders.ts";
import { type StatusReport, readStatus } from "../app/library/status.ts";
import type { Command } from "../cli/command.ts";
import { hasFlag } from "../cli/flags.ts";
import type { STATUS_SPEC } from "../cli/specs/library.ts";
import {
  formatJson,
  formatBytes,
  formatDuration,
  formatLocalTime,
  formatNumber,
  pluralize,
} from "../text/format.ts";
import { stripControls } from "../text/strip-controls.ts";

export const run: Command<typeof STATUS_SPEC> = async (_args, flags, context) => {
  const { io, hint } = context;
  const status = await readStatus(context);
  if (hasFlag(flags, "json")) io.stdout.write(`${formatJson(statusRecord(status))}\n`);
  else
    for (const [name, text] of statusLines(status, hint))
      io.stdout.write(`${name.padEnd(10)} ${stripControls(text)}\n`);
  return 0;
};

/** What `status --json` prints. */
function statusRecord(status: StatusReport) {
  const { library, counts, model, queued, jobs, archived, folders, lastRun } = status;
  const { assets: files, segments, vectors, durationMs, sizeBytes } = counts;
  return {
    version: 1,
    library,
    copy: status.isCopy,
    files,
    segments,
    vectors,
    durationMs,
    sizeBytes,
    model,
    queued,
    jobs,
    archived,
    folders: folders.map(({ location, ...folder }) => ({ folder: location, ...folder })),
    lastRun,
  };
}

function statusLines(
  status: StatusReport,
  hint: (text: string) => string,
): (readonly [name: string, text: string])[] {
  const { library, counts } = status;
  const { assets, segments, vectors, durationMs, sizeBytes } = counts;
  const files = Object.entries(assets)
    .filter(([state, amount]) => amount > 0 || state === "indexed")
    .map(([state, amount]) => `${formatNumber(amount)} ${state}`);
  return [
    ["library", `${library}, ${formatBytes(sizeBytes)}`],
    ["files", files.join(", ")],
    [
      "indexed",
      `${formatDuration(durationMs)} of audio in ${pluralize(segments, "segment")}, ${formatNumber(vectors)} with vectors`,
    ],
    ...(status.isCopy ? [] : restLines(status, hint)),
  ];
}

/** What only the library itself knows. */
function restLines(
  status: StatusReport,
  hint: (text: string) => string,
): (readonly [name: string, text: string])[] {
  const { model, queued, jobs, archived, folders, lastRun } = status;
  const failed = Object.entries(jobs).map(([state, amount]) => `${amount} ${state}`);
  return [
    ["model", model ?? "none yet"],
    [
      "queue",
      queued === 0 ? "empty" : `${pluralize(queued, "file")}; ${hint("next: mediasearch index")}`,
    ],
    [
      "jobs",
      failed.length === 0
        ? "none failed"
        : `${failed.join(", ")}; ${hint("next: mediasearch jobs")}`,
    ],
    ...(archived > 0 ? [["archive", pluralize(archived, "replaced transcript")] as const] : []),
    ...folders.map((folder) => ["folder", `${folder.location}: ${folderText(folder)}`] as const),
    ["last run", lastRunText(lastRun, hint)],
  ];
}

function lastRunText(run: StatusReport["lastRun"], hint: (text: string) => string): string {
  if (!run) return "never";
  const began = formatLocalTime(run.startedAtMs);
  if (run.isRunning) return `going on since ${began}, process ${run.pid} on ${run.host}`;
  if (!run.summary)
    return `${began}, killed before its end; ${hint("next: mediasearch index")}, the same again`;
  const { indexed = 0, unchanged = 0, failed = 0 } = run.summary;
  return `${began}, ${formatDuration((run.endedAtMs ?? run.renewedAtMs) - run.startedAtMs)}: indexed ${indexed}, ${unchanged} unchanged, ${failed} failed`;
}
