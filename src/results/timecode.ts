import type { Rational } from "../media/source.ts";

/** A frame rate with the way in which its frames are numbered (SMPTE ST 12-1). */
export interface FrameRate extends Rational {
  /** The rate as people write it, such as 29.97. */
  readonly name: string;
  /** How many frame numbers a second of time code has. */
  readonly nominal: number;
  /**
   * Numbers left out each minute but every tenth, so that time code keeps up with the clock; 0 for
   * none.
   */
  readonly drop: number;
}

const rate = (name: string, num: number, den: number, drop = 0): FrameRate => ({
  name,
  num,
  den,
  nominal: Math.round(num / den),
  drop,
});

/** 29.97 and 59.94 in drop-frame numbering, which shows the time of the clock. */
export const FRAME_RATES: readonly FrameRate[] = [
  rate("23.976", 24_000, 1001),
  rate("24", 24, 1),
  rate("25", 25, 1),
  rate("29.97", 30_000, 1001, 2),
  rate("30", 30, 1),
  rate("50", 50, 1),
  rate("59.94", 60_000, 1001, 4),
  rate("60", 60, 1),
];

const DEFAULT_RATE = rate("25", 25, 1);
const RATE_TOLERANCE = 0.003;

/** The standard rate that a source has, else 25. */
export function standardRate(source: Rational | undefined): FrameRate {
  if (!source) return DEFAULT_RATE;
  return (
    FRAME_RATES.find(
      ({ num, den }) => Math.abs(num / den - source.num / source.den) < RATE_TOLERANCE,
    ) ?? DEFAULT_RATE
  );
}

/** The frame that shows at a time: the last one that began by then. */
export const frameAt = (ms: number, { num, den }: Rational): number =>
  Math.floor((ms * num) / (den * 1000) + EPSILON);

/** The first frame that begins at or after a time: where a cut ends so that nothing is lost. */
export const frameAfter = (ms: number, { num, den }: Rational): number =>
  Math.ceil((ms * num) / (den * 1000) - EPSILON);

const EPSILON = 1e-6;

/** HH:MM:SS:FF, with ";" before the frames in drop-frame numbering. */
export function timecode(frame: number, { nominal, drop }: FrameRate): string {
  const number = drop > 0 ? frame + dropped(frame, nominal, drop) : frame;
  const two = (value: number): string => String(value).padStart(2, "0");
  const seconds = Math.floor(number / nominal);
  return `${two(Math.floor(seconds / 3600) % 24)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}${drop > 0 ? ";" : ":"}${two(number % nominal)}`;
}

const TIMECODE = /^\d\d:\d\d:\d\d[:;]\d\d$/;

/**
 * The time code that a source shows at a moment of its own.
 * @param first its first time code, as the file notes it.
 * @param framesPerSecond undefined for sound alone, whose time codes count 25.
 * @returns undefined where the file's note is no time code.
 */
export function sourceTimecode(
  first: string,
  framesPerSecond: number | undefined,
  ms: number,
): string | undefined {
  if (!TIMECODE.test(first)) return undefined;
  const own = standardRate(framesPerSecond ? { num: framesPerSecond, den: 1 } : undefined);
  // Material of 29.97 pictures may be numbered without leaving any number out.
  const numbering = first.includes(";") ? own : { ...own, drop: 0 };
  return timecode(frameOf(first, numbering) + frameAt(ms, own), numbering);
}

/** Counts the frame numbers that were left out up to that frame. */
function dropped(frame: number, nominal: number, drop: number): number {
  const inTenMinutes = nominal * 600 - drop * 9;
  const inMinute = nominal * 60 - drop;
  const tens = Math.floor(frame / inTenMinutes);
  const rest = frame % inTenMinutes;
  return drop * 9 * tens + (rest < drop ? 0 : drop * Math.floor((rest - drop) / inMinute));
}

/** Counts the frames that drop-frame time code leaves out in each minute but every tenth. */
function droppedFrames(nominal: number): number {
  if (nominal === 30) return 2;
  return nominal === 60 ? 4 : 0;
}

/** The frame that a time code names; drop-frame when it is written with ";". */
export function frameOf(code: string, { nominal, drop }: FrameRate): number {
  const [hours = 0, minutes = 0, seconds = 0, frames = 0] = code.split(/[:;]/).map(Number);
  const number = (hours * 3600 + minutes * 60 + seconds) * nominal + frames;
  const left = code.includes(";") ? drop || droppedFrames(nominal) : 0;
  const total = hours * 60 + minutes;
  return number - left * (total - Math.floor(total / 10));
}
