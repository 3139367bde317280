import type { IndexingEvent } from "../../app/indexing/index-event.ts";
import { type EventOf, type EventTable, failureReason, lookUp, retryReason } from "./event-text.ts";

/**
 * The JSON line of an event (docs/schemas/index-event.v1.json); undefined for events that have
 * none. `fileOf` names a file as its reader does.
 */
export const indexRecord = (
  event: IndexingEvent,
  fileOf: (path: string) => string,
): Readonly<Record<string, unknown>> | undefined => lookUp(records(fileOf), event);

const records = (fileOf: (path: string) => string): EventTable<Record<string, unknown>> => ({
  total: ({ files }) => ({ type: "total", files }),
  progress: ({ path, positionMs, durationMs }) => ({
    type: "progress",
    file: fileOf(path),
    positionMs: Math.round(positionMs),
    durationMs,
  }),
  indexed: (event) => indexedRecord(event, fileOf(event.path)),
  "recognising-again": ({ files, audioMs, why }) => ({
    type: "recognising-again",
    files,
    audioMs,
    reason: why,
  }),
  unchanged: ({ path }) => ({ type: "unchanged", file: fileOf(path) }),
  skipped: ({ path, reason }) => ({ type: "skipped", file: fileOf(path), reason }),
  reused: ({ path, how, from }) => ({
    type: "reused",
    file: fileOf(path),
    how,
    from: fileOf(from),
  }),
  quarantined: ({ path, job: { state, code, reason, attempts } }) => ({
    type: "quarantined",
    file: fileOf(path),
    state,
    code,
    reason,
    attempts,
  }),
  retrying: (event) => ({
    type: "retrying",
    file: fileOf(event.path),
    code: event.error.code,
    reason: retryReason(event),
    attempts: event.attempts,
    delayMs: event.delayMs,
  }),
  waiting: ({ path, error }) => ({
    type: "waiting",
    file: fileOf(path),
    code: error.code,
    reason: error.message,
  }),
  claimed: ({ path }) => ({ type: "claimed", file: fileOf(path) }),
  deleted: ({ path, isExcluded = false }) => ({
    type: "deleted",
    file: fileOf(path),
    excluded: isExcluded,
  }),
  offline: ({ path, files }) => ({ type: "offline", folder: fileOf(path), files }),
  "would-index": ({ path }) => ({ type: "would-index", file: fileOf(path) }),
  failed: (event) => ({
    type: "failed",
    file: fileOf(event.path),
    code: event.error.code,
    reason: failureReason(event),
    hint: event.error.hint ?? null,
    state: event.job?.state ?? null,
    attempts: event.job?.attempts ?? 1,
  }),
  summary: summaryRecord,
});

function indexedRecord(
  { transcript, segmentCount, isPartial }: EventOf<"indexed">,
  file: string,
): Record<string, unknown> {
  const { origin, engine, isFallback = false, language, timing, durationMs, warnings } = transcript;
  return {
    type: "indexed",
    file,
    origin,
    engine,
    fallback: isFallback,
    language,
    timing: timing ?? null,
    durationMs,
    segments: segmentCount,
    partial: isPartial,
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
  fellBack: counts.fellBack,
  wouldIndex: counts.wouldIndex,
  segments: counts.segments,
  audioMs: counts.doneMs,
  wallMs,
});
