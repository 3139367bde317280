import { ERRORS, type ErrorCode } from "../errors.ts";
import type { Job, JobState } from "./job-store.ts";

/**
 * Readers of JSON that lies in a library. Somebody else may have made the library: a value that is
 * none is read as the nearest one that is, so that one bad row never hides the others.
 */

const STATES: ReadonlySet<string> = new Set<JobState>([
  "RETRYING",
  "NEEDS_MEDIA_FIX",
  "NEEDS_ENGINE_TUNING",
  "QUARANTINED",
  "SKIPPED",
]);
const MAX_LOG_LINES = 1000;

/** The members of a JSON object; none for any other text. */
function membersOf(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const stringsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
const textOr = (value: unknown, fallback: string): string =>
  typeof value === "string" ? value : fallback;
const countOr = (value: unknown, fallback: number): number =>
  typeof value === "number" && Number.isFinite(value) ? value : fallback;

/** A job of a file. One that can't be read says so and waits for a person. */
export function readJob(id: string, json: string): Job {
  const job = membersOf(json);
  const isState = typeof job["state"] === "string" && STATES.has(job["state"]);
  const code = textOr(job["code"], "BUG");
  return {
    id,
    state: isState ? (job["state"] as JobState) : "QUARANTINED",
    code: Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : "BUG",
    reason: textOr(job["reason"], "the record of this failure can't be read"),
    hint: typeof job["hint"] === "string" ? job["hint"] : null,
    attempts: countOr(job["attempts"], 1),
    log: stringsOf(job["log"]).slice(-MAX_LOG_LINES),
    engine: textOr(job["engine"], ""),
    stat: textOr(job["stat"], ""),
    updatedAtMs: countOr(job["updatedAtMs"], 0),
  };
}

/** The amounts that a run noted at its end; null where there are none. */
export function readSummary(json: string | null): Record<string, number> | null {
  if (json === null) return null;
  return Object.fromEntries(
    Object.entries(membersOf(json)).filter(
      (entry): entry is [string, number] => typeof entry[1] === "number",
    ),
  );
}

/** A list of names, such as the speakers of a version. */
export function readNames(json: string | null): string[] {
  if (json === null) return [];
  try {
    return stringsOf(JSON.parse(json));
  } catch {
    return [];
  }
}
