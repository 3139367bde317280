import type { IndexingEvent } from "../../app/indexing/index-event.ts";
import type { CommandContext } from "../../cli/command.ts";
import { ERRORS } from "../../errors.ts";
import type { StatusLine } from "../../terminal/status-line.ts";
import { createJsonReport, createTextReport, type IndexReport } from "./report.ts";

/**
 * Prints the events of a run, as text or as JSON lines, while they happen.
 * @returns the exit code: PARTIAL when a file failed or lacks embeddings.
 */
export async function showRun(
  events: AsyncIterable<IndexingEvent>,
  asJson: boolean,
  context: CommandContext,
): Promise<number> {
  const { io, hint } = context;
  const createReport = asJson ? createJsonReport : createTextReport;
  let status = context.status;
  let report: IndexReport = createReport({ io, status, isLive: false, hint });
  let failed = 0;
  try {
    for await (const event of events) {
      if (event.type === "started") {
        status = await openStatus(context, asJson);
        report = createReport({ io, status, isLive: status !== context.status, hint });
      }
      if (event.type === "summary") failed = event.counts.failed + event.counts.partial;
      report.add(event);
    }
  } finally {
    status.end();
  }
  return failed > 0 ? ERRORS.PARTIAL.exit : 0;
}

/** Whether standard error is a real terminal. */
export const canShowLive = ({ stderr, env }: CommandContext["io"]): boolean =>
  stderr.isTTY === true && env["TERM"] !== "dumb" && "fd" in stderr;

/** A live view needs a real terminal; anything else gets lines. */
async function openStatus({ io, status }: CommandContext, asJson: boolean): Promise<StatusLine> {
  if (asJson || !canShowLive(io)) return status;
  const { openLiveView } = await import("./live-view.ts");
  // Until now the line of state was there: no screen is empty while this loads.
  status.end();
  return openLiveView(io);
}
