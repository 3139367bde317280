import { displayPath, fileNames } from "../../app/display-path.ts";
import type { IndexingEvent } from "../../app/indexing/index-event.ts";
import { NEXT_STEPS } from "../../app/library/jobs.ts";
import { createTally } from "../../app/indexing/tally.ts";
import { isAppEvent } from "../../app/events.ts";
import { tellOn } from "../../cli/tell.ts";
import type { CliStreams } from "../../terminal/io.ts";
import type { StatusLine } from "../../terminal/status-line.ts";
import { styler } from "../../terminal/style.ts";
import { type EventOf, failureReason } from "./event-text.ts";
import { indexRecord } from "./json-lines.ts";
import { indexNotes } from "./notes.ts";
import { createProgress } from "./progress.ts";
import { type FileFailure, summaryText } from "./summary.ts";
import { formatJson } from "../../text/format.ts";
import { formatDuration, formatTimestamp, pluralize } from "../../text/format.ts";
import { stripControls } from "../../text/strip-controls.ts";

/** A subscriber of one run. */
export interface IndexReport {
  add(event: IndexingEvent): void;
}

export interface ReportOptions {
  readonly io: CliStreams;
  readonly status: StatusLine;
  /** A live view shows failures while it is there, and the summary names them. */
  readonly isLive: boolean;
  readonly hint: (text: string) => string;
}

/**
 * Shows a run to a person: a line of state while it goes on, lines that stay for what matters, a
 * summary at its end.
 */
export function createTextReport({ io, status, isLive, hint }: ReportOptions): IndexReport {
  const paint = styler(io.stderr, io.env);
  const fileOf = (path: string): string => displayPath(path, io.cwd);
  const progress = createProgress(fileOf);
  const tally = createTally();
  const failures: string[] = [];
  const failed: FileFailure[] = [];
  const tell = tellOn(status);
  return {
    add(event) {
      if (isAppEvent(event)) return tell(event);
      if (event.type === "started") return;
      if (isRemark(event)) return status.note(remarkText(event, paint));
      if (event.type === "summary") {
        status.end();
        return void io.stderr.write(summaryText(event.counts, event.wallMs, failed, paint, hint));
      }
      tally.add(event);
      progress.add(event);
      if (event.type === "recognised") return printLines(event, fileOf(event.path), { io, status });
      // In a live view the summary names what failed.
      if (!isLive || event.type !== "failed")
        for (const note of indexNotes(event, tally.counts, { paint, fileOf })) status.note(note);
      if (event.type === "would-index") io.stdout.write(`${stripControls(fileOf(event.path))}\n`);
      if (event.type === "failed") {
        failures.push(`${fileOf(event.path)}: ${failureReason(event)}`);
        failed.push({
          file: isLive ? fileOf(event.path) : undefined,
          reason: failureReason(event),
          hint: event.error.hint ?? (event.job && NEXT_STEPS[event.job.state]),
        });
      }
      status.update(progress.line(tally.counts), progress.details(tally.counts, failures));
    },
  };
}

function eventsText(event: EventOf<"events">): string {
  const { received, hints, repeated, elsewhere, ignored, unusable, waiting } = event;
  const counts = [
    [hints, "to look at"],
    [repeated, "repeated"],
    [elsewhere, "elsewhere"],
    [ignored, "of no concern"],
    [unusable, "unreadable"],
    [waiting, "left for the next run"],
  ] as const;
  const parts = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return `events: ${[`${received} received`, ...parts].join(", ")}`;
}

/** Prints what was just recognised: above the line of state where both share a screen. */
function printLines(
  { lines }: EventOf<"recognised">,
  file: string,
  { io, status }: Pick<ReportOptions, "io" | "status">,
): void {
  const paint = styler(io.stdout, io.env);
  for (const { startMs, speaker, text } of lines) {
    const who = speaker === null ? "" : `${paint("magenta", stripControls(speaker))}: `;
    const line = `${paint("cyan", stripControls(file))}  ${paint("green", formatTimestamp(startMs))}  ${who}${stripControls(text)}`;
    if (io.stdout.isTTY && io.stderr.isTTY) status.note(line);
    else io.stdout.write(`${line}\n`);
  }
}

/** What concerns the run, not a file. */
type Remark = EventOf<"notice" | "server-away" | "events" | "recognising-again">;

const isRemark = (event: IndexingEvent): event is Remark =>
  ["notice", "server-away", "events", "recognising-again"].includes(event.type);

function remarkText(event: Remark, paint: ReturnType<typeof styler>): string {
  if (event.type === "notice") return stripControls(event.text);
  if (event.type === "server-away") return `waiting: ${stripControls(event.error.message)}`;
  return event.type === "events" ? eventsText(event) : againText(event, paint);
}

function againText(
  { files, audioMs, why }: EventOf<"recognising-again">,
  paint: ReturnType<typeof styler>,
): string {
  const amount = `${pluralize(files, "file")}, ${formatDuration(audioMs)} of audio`;
  return `${paint("yellow", "recognised again:")} ${amount}, ${stripControls(why)}; the earlier transcripts stay in the archive`;
}

/**
 * Writes a run for programs: one JSON object a line on standard output. What concerns no file goes
 * to the line of state.
 */
export function createJsonReport({ io, status }: ReportOptions): IndexReport {
  const tell = tellOn(status);
  return {
    add(event) {
      if (isAppEvent(event)) return tell(event);
      if (event.type === "notice") return status.note(stripControls(event.text));
      if (event.type === "server-away")
        return status.note(`waiting: ${stripControls(event.error.message)}`);
      if (event.type === "summary") status.end();
      const record = indexRecord(event, (path) => fileNames(path, io.cwd));
      if (record) io.stdout.write(`${formatJson(record)}\n`);
    },
  };
}
