import type { IndexingEvent } from "../../app/indexing/index-event.ts";
import { type EventOf, type EventTable, failureReason, lookUp, retryReason } from "./event-text.ts";

/** Makes the names of a file, `file` and `displayFile`. */
export type FileNamer = (path: string) => Readonly<Record<"file" | "displayFile", string>>;

/**
 * The JSON line of an event; undefined for events that have none. `namesOf` makes the absolute name
 * of a file and the one that people read.
 */
export const indexRecord = (
  event: IndexingEvent,
  namesOf: FileNamer,
): Readonly<Record<string, unknown>> | undefined => lookUp(records(namesOf), event);

const records = (namesOf: FileNamer): EventTable<Record<string, unknown>> => ({
  total: ({ files }) => ({ type: "total", files }),
  progress: ({ path, positionMs, durationMs }) => ({
    type: "progress",
    ...namesOf(path),
    positionMs: Math.round(positionMs),
    durationMs,
  }),
  recognised: ({ path, lines }) => ({ type: "recognised", ...namesOf(path), lines }),
  indexed: (event) => indexedRecord(event, namesOf(event.path)),
  "recognising-again": ({ files, audioMs, why }) => ({
    type: "recognising-again",
    files,
    audioMs,
    reason: why,
  }),
  unchanged: ({ path }) => ({ type: "unchanged", ...namesOf(path) }),
  skipped: ({ path, reason }) => ({ type: "skipped", ...namesOf(path), reason }),
  reused: ({ path, how, from }) => ({
    type: "reused",
    ...namesOf(path),
    how,
    from,
  }),
  quarantined: ({ path, job: { state, code, reason, attempts } }) => ({
    type: "quarantined",
    ...namesOf(path),
    state,
    code,
    reason,
    attempts,
  }),
  retrying: (event) => ({
    type: "retrying",
    ...namesOf(event.path),
    code: event.error.code,
    reason: retryReason(event),
    attempts: event.attempts,
    delayMs: event.delayMs,
  }),
  waiting: ({ path, error }) => ({
    type: "waiting",
    ...namesOf(path),
    code: error.code,
    reason: error.message,
  }),
  claimed: ({ path }) => ({ type: "claimed", ...namesOf(path) }),
  deleted: ({ path, isExcluded = false }) => ({
    type: "deleted",
    ...namesOf(path),
    excluded: isExcluded,
  }),
  offline: ({ path, files }) => ({ type: "offline", folder: path, files }),
  "would-index": ({ path }) => ({ type: "would-index", ...namesOf(path) }),
  failed: (event) => ({
    type: "failed",
    ...namesOf(event.path),
    code: event.error.code,
    reason: failureReason(event),
    hint: event.error.hint ?? null,
    state: event.job?.state ?? null,
    attempts: event.job?.attempts ?? 1,
  }),
  events: ({ type, ...counts }) => ({ type, ...counts }),
  summary: summaryRecord,
});

function indexedRecord(
  { transcript, segmentCount, isPartial }: EventOf<"indexed">,
  names: ReturnType<FileNamer>,
): Record<string, unknown> {
  const { origin, engine, isFallback = false, language, timing, durationMs, warnings } = transcript;
  const { isSilentFilm = false } = transcript;
  const { track = null, channels = null } = transcript.selection ?? {};
  return {
    type: "indexed",
    ...names,
    origin,
    engine,
    fallback: isFallback,
    language,
    track,
    channels,
    timing: timing ?? null,
    durationMs,
    segments: segmentCount,
    partial: isPartial,
    silentFilm: isSilentFilm,
    warnings,
  };
}

const summaryRecord = ({ counts, wallMs }: EventOf<"summary">): Record<string, unknown> => ({
  type: "summary",
  version: 1,
  found: counts.found,
  indexed: counts.indexed,
  unchanged: counts.unchanged,
  skipped: counts.skipped,
  reused: counts.reused,
  deleted: counts.deleted,
  retried: counts.retried,
  quarantined: counts.quarantined,
  failed: counts.failed,
  partial: counts.partial,
  waiting: counts.waiting,
  fromCaptions: counts.captions,
  recognised: counts.asr,
  silentFilms: counts.silentFilms,
  fellBack: counts.fellBack,
  wouldIndex: counts.wouldIndex,
  segments: counts.segments,
  audioMs: counts.doneMs,
  wallMs,
  busyMs: Math.round(counts.busyMs),
});
