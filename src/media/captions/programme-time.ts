import { formatTimestamp } from "../../text/format.ts";
import type { Cue } from "../../types.ts";

/** What is known of the times of captions and of their media, in milliseconds. */
export interface ProgrammeFacts {
  /** How long the media is; null when nobody knows. */
  readonly durationMs: number | null;
  /** The time code at which the media starts; null where it notes none. */
  readonly timecodeMs: number | null;
  /**
   * How long an hour of the captions' own time codes is: those of NTSC video that leave no numbers
   * out fall behind the clock.
   */
  readonly hourMs?: number | undefined;
}

const HOUR_MS = 3_600_000;
/** Countdowns and colour bars before the programme have captions now and then. */
const LEAD_MS = 120_000;
/** Captions may stay for a while after the last picture. */
const AFTER_END_MS = 30_000;
/** Time codes that begin sooner are too near to a start at zero to be told from it. */
const MIN_SURE_TIMECODE_MS = 30 * 60_000;

/**
 * How far captions are behind their media because they count from a programme's time code, such as
 * 01:00:00 or 10:00:00; 0 where they are not. The media's own time code decides, else that they fit
 * into its length only so. `cues` are in time order.
 */
export function programmeStart(cues: readonly Cue[], facts: ProgrammeFacts): number {
  const { durationMs, timecodeMs, hourMs = HOUR_MS } = facts;
  const firstMs = cues[0]?.startMs ?? 0;
  const lastMs = cues.at(-1)?.startMs ?? 0;
  const isPastEnd = durationMs !== null && lastMs > durationMs;
  const fits = (startMs: number): boolean =>
    startMs > 0 &&
    firstMs >= startMs - LEAD_MS &&
    (durationMs === null || lastMs <= startMs + durationMs + AFTER_END_MS);
  if (timecodeMs !== null && fits(timecodeMs))
    if (isPastEnd || timecodeMs >= MIN_SURE_TIMECODE_MS) return timecodeMs;
  const hours = Math.floor((firstMs + LEAD_MS) / hourMs) * hourMs;
  return isPastEnd && fits(hours) ? hours : 0;
}

/** When the last of all is over, in milliseconds; 0 without cues. */
export const lastEndMs = (cues: readonly Cue[]): number =>
  cues.reduce((last, { endMs }) => Math.max(last, endMs), 0);

/** Cues as many milliseconds later, or sooner; what would begin before the start begins there. */
export const shiftCues = (cues: readonly Cue[], byMs: number): Cue[] =>
  cues.map((cue) => ({
    ...cue,
    ...shifted(cue, byMs),
    words: cue.words?.map((word) => ({ ...word, ...shifted(word, byMs) })) ?? null,
  }));

const shifted = (
  { startMs, endMs }: Pick<Cue, "startMs" | "endMs">,
  byMs: number,
): Pick<Cue, "startMs" | "endMs"> => ({
  startMs: Math.max(0, startMs + byMs),
  endMs: Math.max(0, endMs + byMs),
});

/** Says how many cues nobody can play; undefined without any. */
export function warnPastEnd(cues: readonly Cue[], durationMs: number | null): string | undefined {
  if (durationMs === null || durationMs <= 0) return undefined;
  const past = cues.filter(({ startMs }) => startMs > durationMs + AFTER_END_MS / 10).length;
  if (past === 0) return undefined;
  const count = past === 1 ? "one piece of text begins" : `${past} pieces of text begin`;
  return `${count} after the end of the recording (${formatTimestamp(durationMs)})`;
}
