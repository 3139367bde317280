import {
  manageWorkers,
  type WorkersReport,
  type WorkersRequest,
  type WorkerStatus,
} from "../app/library/workers.ts";
import type { Command } from "../cli/command.ts";
import { hasFlag } from "../cli/flags.ts";
import type { WORKERS_SPEC } from "../cli/specs/library.ts";
import { MediasearchError } from "../errors.ts";
import {
  formatDuration,
  formatInstant,
  formatJson,
  formatNumber,
  pluralize,
} from "../text/format.ts";
import { stripControls } from "../text/strip-controls.ts";

export const run: Command<typeof WORKERS_SPEC> = async (args, flags, { io, ...context }) => {
  const report = await manageWorkers(context, requestOf(args));
  if (hasFlag(flags, "json"))
    io.stdout.write(
      `${formatJson({ version: 1, ...report, workers: report.workers.map(workerRecord) })}\n`,
    );
  else io.stdout.write(workersText(report));
  return 0;
};

function requestOf([action = "list", worker]: readonly string[]): WorkersRequest {
  if (action === "drain") {
    if (worker === undefined)
      throw new MediasearchError("USAGE", "workers drain: which one?", {
        subject: "drain",
        hint: "mediasearch workers drain ID   (mediasearch workers lists them)",
      });
    return { action, worker };
  }
  if (worker !== undefined)
    throw new MediasearchError("USAGE", `workers ${action}: takes no worker`, {
      subject: worker,
      hint: `mediasearch workers ${action}`,
    });
  return { action: action as "list" | "pause" | "resume" };
}

const workerRecord = ({ startedAtMs, renewedAtMs, ...worker }: WorkerStatus) => ({
  ...worker,
  startedAt: formatInstant(startedAtMs),
  renewedAt: formatInstant(renewedAtMs),
});

function workersText({ library, isPaused, workers, queued }: WorkersReport): string {
  const head = [
    `${library}: ${pluralize(workers.length, "worker")}`,
    ...(isPaused ? ["paused; mediasearch workers resume"] : []),
    ...(queued > 0 ? [`${formatNumber(queued)} files registered and not done`] : []),
  ];
  return `${stripControls(head.join(", "))}\n${workers.map(workerText).join("")}`;
}

function workerText({
  id,
  host,
  pid,
  state,
  startedAtMs,
  renewedAtMs,
  files,
}: WorkerStatus): string {
  const silentMs = Math.max(0, Date.now() - renewedAtMs);
  const lines = [
    `${id.slice(-12)}  ${stripControls(host)}, process ${pid}, ${state}, since ${formatInstant(startedAtMs)}, heard of ${formatDuration(silentMs)} ago`,
    ...files.map((file) => `              ${stripControls(file)}`),
  ];
  return `${lines.join("\n")}\n`;
}
