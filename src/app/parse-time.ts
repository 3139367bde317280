import { MediasearchError } from "../errors.ts";

const TIME = /^(?:(?:(\d+):)?(\d{1,3}):)?(\d+(?:[.,]\d+)?)$/;

/** Milliseconds; the end is not part of it. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** A moment as people write it: seconds, M:SS or H:MM:SS. Without a fraction it is the whole second, as times are shown without theirs. */
export function parseTime(flag: string, given: string): Span {
  const [whole, hours = "0", minutes = "0", seconds = "0"] = TIME.exec(given.trim()) ?? [];
  const isOver =
    given.includes(":") &&
    (Number(seconds.replace(",", ".")) >= 60 || (hours !== "0" && Number(minutes) >= 60));
  if (whole === undefined || isOver)
    throw new MediasearchError(
      "USAGE",
      `${flag}: must be a time such as 1:23:45, 12:30 or 95, not "${given}"`,
      { subject: flag },
    );
  const startMs = Math.round(
    (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds.replace(",", "."))) * 1000,
  );
  return { startMs, endMs: startMs + (/[.,]/.test(seconds) ? 1 : 1000) };
}
