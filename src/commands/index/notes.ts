import type { IndexingEvent } from "../../app/indexing/index-event.ts";
import type { RunCounts } from "../../app/indexing/tally.ts";
import type { styler } from "../../terminal/style.ts";
import { formatDuration, pluralize } from "../../text/format.ts";
import { stripControls } from "../../text/strip-controls.ts";
import { type EventOf, type EventTable, failureReason, lookUp, retryReason } from "./event-text.ts";

export interface NoteOptions {
  readonly paint: ReturnType<typeof styler>;
  /** Names a file as the reader of the report does. */
  readonly fileOf: (path: string) => string;
}

/**
 * The lines that stay above the line of state, for one event. `counts` has the event in it already.
 */
export const indexNotes = (
  event: IndexingEvent,
  counts: RunCounts,
  options: NoteOptions,
): readonly string[] => lookUp(notes(counts, options), event) ?? [];

function notes(counts: RunCounts, { paint, fileOf }: NoteOptions): EventTable<readonly string[]> {
  const shown = (path: string): string => stripControls(fileOf(path));
  return {
    indexed: ({ path, transcript }) =>
      transcript.warnings.map(
        (warning) => `${paint("yellow", "warning:")} ${shown(path)}: ${stripControls(warning)}`,
      ),
    skipped: ({ path, aliasOf }) =>
      aliasOf === undefined ? [] : [`another name of ${shown(aliasOf)}: ${shown(path)}`],
    reused: (event) => reusedNotes(event, shown),
    retrying: (event) => [
      `${paint("yellow", "again in")} ${formatDuration(event.delayMs)}: ${shown(event.path)}: ${stripControls(retryReason(event))} (attempt ${event.attempts})`,
    ],
    // One file stands for all that wait for the same recogniser.
    waiting: ({ path, error }) =>
      counts.waiting > 1
        ? []
        : [
            `${paint("yellow", "waiting:")} ${shown(path)}: ${stripControls(error.message)}; files that need no recogniser go on`,
          ],
    claimed: ({ path }) => [`another run is at it, waiting: ${shown(path)}`],
    deleted: ({ path, isExcluded = false }) => [
      `${isExcluded ? "left out from now on" : "deleted"}: ${shown(path)}`,
    ],
    offline: ({ path, files }) => [
      `${paint("yellow", "offline?")} ${shown(path)} is empty or not mounted; ${pluralize(files, "file")} of it kept`,
    ],
    failed: (event) => [
      `${paint("red", "failed:")} ${shown(event.path)}: ${stripControls(failureReason(event))}`,
    ],
  };
}

function reusedNotes(
  { path, from, how }: EventOf<"reused">,
  shown: (path: string) => string,
): readonly string[] {
  if (how === "completed") return [];
  return [`${how}: ${shown(path)}${from === path ? "" : ` (from ${shown(from)})`}`];
}
