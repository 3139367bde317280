import { MediasearchError } from "../errors.ts";

const TIME_PATTERN = /^(?:(?:(\d+):)?(\d{1,3}):)?(\d+(?:[.,]\d+)?)$/;

/** A part of a file, in milliseconds from its start. The end is not part of it. */
export interface TimeRange {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * Reads a time as people write it: seconds, M:SS or H:MM:SS. A time without a fraction means the
 * whole second, because times are shown without their fractions.
 * @param name what the user calls the value, for the error.
 * @throws USAGE
 */
export function parseTimeRange(name: string, written: string): TimeRange {
  const [whole, hours = "0", minutes = "0", seconds = "0"] =
    TIME_PATTERN.exec(written.trim()) ?? [];
  const wholeSeconds = Number(seconds.replace(",", "."));
  const isOver =
    written.includes(":") && (wholeSeconds >= 60 || (hours !== "0" && Number(minutes) >= 60));
  if (whole === undefined || isOver)
    throw new MediasearchError(
      "USAGE",
      `${name}: must be a time such as 1:23:45, 12:30 or 95, not "${written}"`,
      { subject: name },
    );
  const startMs = Math.round((Number(hours) * 3600 + Number(minutes) * 60 + wholeSeconds) * 1000);
  return { startMs, endMs: startMs + (/[.,]/.test(seconds) ? 1 : 1000) };
}
