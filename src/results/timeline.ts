import { basename } from "node:path";
import type { MediaSourceInfo } from "../media/source.ts";
import { formatTimestamp } from "../text/format.ts";
import { stripControls } from "../text/strip-controls.ts";
import type { SearchResult } from "./search-result.ts";
import { type FrameRate, frameAfter, frameAt, frameOf, standardRate } from "./timecode.ts";

/** A hit as an event of an edit: all in frames of the timeline's rate. */
export interface Cut {
  readonly result: SearchResult;
  readonly source: MediaSourceInfo;
  /** First frame in the source, counted from its own first time code, and how many follow. */
  readonly sourceStart: number;
  readonly frames: number;
  /** First frame on the timeline, from 0. */
  readonly recordStart: number;
  /** First time code of the source, as a frame. */
  readonly sourceOrigin: number;
}

export interface Timeline {
  readonly name: string;
  readonly rate: FrameRate;
  readonly cuts: readonly Cut[];
  readonly frames: number;
}

/**
 * What is taken for true of media that can't be read: an edit may well be made on another machine.
 */
const UNKNOWN_SOURCE: MediaSourceInfo = {
  video: { width: 1920, height: 1080, frameRate: { num: 25, den: 1 } },
  audio: { sampleRate: 48_000, channels: 2 },
  durationMs: null,
  timecode: null,
};

export interface TimelineOptions {
  readonly name: string;
  /** undefined: the rate of the first hit with pictures. */
  readonly rate: FrameRate | undefined;
  /** The time that is added before and after each hit, within its file. */
  readonly padMs: number;
}

/**
 * Hits one after the other, in the order given. Cuts begin and end on frames and never leave
 * anything of a hit out.
 */
export function makeTimeline(
  results: readonly SearchResult[],
  sources: ReadonlyMap<string, MediaSourceInfo>,
  { name, rate: wanted, padMs }: TimelineOptions,
): Timeline {
  const rate =
    wanted ??
    standardRate(results.map(({ path }) => sources.get(path)?.video?.frameRate).find((one) => one));
  let recordStart = 0;
  const cuts = results.map((result): Cut => {
    const source = sources.get(result.path) ?? UNKNOWN_SOURCE;
    const start = frameAt(Math.max(0, result.startMs - padMs), rate);
    const longest = source.durationMs === null ? Infinity : frameAfter(source.durationMs, rate);
    const end = Math.max(start + 1, Math.min(longest, frameAfter(result.endMs + padMs, rate)));
    const sourceOrigin = source.timecode === null ? 0 : originOf(source.timecode, source, rate);
    const cut = {
      result,
      source,
      sourceStart: sourceOrigin + start,
      frames: end - start,
      recordStart,
      sourceOrigin,
    };
    recordStart += cut.frames;
    return cut;
  });
  return { name: stripControls(name), rate, cuts, frames: recordStart };
}

/**
 * A source's time code counts its own frames; on the timeline the same moment has another number.
 */
function originOf(code: string, { video }: MediaSourceInfo, rate: FrameRate): number {
  const own = video ? standardRate(video.frameRate) : rate;
  return frameAt((frameOf(code, own) * own.den * 1000) / own.num, rate);
}

export const cutTitle = ({ result: { path, speaker, startMs } }: Cut): string =>
  stripControls(
    `${basename(path)} ${formatTimestamp(startMs)}${speaker === null ? "" : ` ${speaker}`}`,
  );
