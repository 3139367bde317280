import type { AppEvent, Stage, Tell } from "../app/events.ts";
import type { CliStreams } from "../terminal/io.ts";
import { createStatusLine, type StatusLine } from "../terminal/status-line.ts";
import { formatBytes, formatDuration, formatNumber, pluralize } from "../text/format.ts";
import { nameOf } from "../location.ts";
import { stripControls } from "../text/strip-controls.ts";

/**
 * The line of state of one command. It opens standard error with the first thing that is shown,
 * since opening takes time.
 */
export function createCommandStatus(io: CliStreams): StatusLine {
  let line: StatusLine | undefined;
  const opened = (): StatusLine => (line ??= createStatusLine(io.stderr, io.env));
  return {
    update: (text, details) => opened().update(text, details),
    note: (text) => opened().note(text),
    end() {
      line?.end();
      line = undefined;
    },
  };
}

/**
 * Shows progress of the application on the line of state, and writes what a person must know as
 * lines that stay.
 */
export const tellOn =
  (status: StatusLine): Tell =>
  (event) => {
    if (event.type === "idle") return status.end();
    const notice = noticeText(event);
    if (notice !== undefined) status.note(stripControls(notice));
    else status.update(stripControls(progressText(event)));
  };

function noticeText(event: AppEvent): string | undefined {
  switch (event.type) {
    case "stale-results":
      return `warning: the cluster is away (${event.error.message}); these results are as of ${formatDuration(event.ageMs)} ago`;
    case "search-notice":
      return event.message;
    case "cluster-away":
      return `warning: the cluster is away (${event.message}); going on in ${event.queuePath}, to be handed over by the next index that reaches it`;
    case "queue-flushed":
      return `handed over to the cluster: ${pluralize(event.files, "file")}`;
    default:
      return undefined;
  }
}

const STAGES: Readonly<Record<Stage, string>> = {
  "copying-library": "copying the library",
  "writing-backup": "writing the backup",
  "unpacking-backup": "unpacking the backup",
  "checking-backup": "checking the backup",
};

/** What is going on, as one line; empty for events that are no progress. */
export function progressText(event: AppEvent): string {
  switch (event.type) {
    case "downloading":
      return `downloading ${event.model} ${event.file}: ${formatBytes(event.doneBytes)}${event.totalBytes > 0 ? ` of ${formatBytes(event.totalBytes)}` : ""}`;
    case "uploading":
      return `uploading ${event.number}/${event.files}: ${nameOf(event.file)}, ${formatBytes(event.doneBytes)} of ${formatBytes(event.totalBytes)}`;
    case "copying-library":
      return `copying the library: ${formatNumber(event.done)} of ${pluralize(event.total, "segment")}`;
    case "reading-cluster":
      return `reading the cluster: ${formatNumber(event.done)} of ${pluralize(event.total, "segment")}`;
    case "stage":
      return STAGES[event.stage];
    case "counted":
      return `${event.done}/${event.total} ${event.unit}`;
    case "moving":
      return `${event.files}/${event.totalFiles} files moved, ${formatNumber(event.segments)} of ${pluralize(event.totalSegments, "segment")}`;
    case "sending":
      return `uploading, ${formatBytes(event.doneBytes)}`;
    case "measuring":
      return event.what;
    default:
      return "";
  }
}
