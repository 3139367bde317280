import type { Stream } from "node-av/lib";
import type { MediaInput } from "./byte-source.ts";
import { openInput, toMs } from "./ffmpeg.ts";
import { audioPurpose, titleOf } from "./track-purpose.ts";

export interface Rational {
  readonly num: number;
  readonly den: number;
}

/** What cutting and editing programs need to know of a media file. */
export interface MediaSourceInfo {
  readonly video: {
    readonly width: number;
    readonly height: number;
    readonly frameRate: Rational;
  } | null;
  readonly audio: { readonly sampleRate: number; readonly channels: number } | null;
  readonly durationMs: number | null;
  /**
   * SMPTE time code of its first frame as the file notes it, such as 10:00:00:00; null when it has
   * none.
   */
  readonly timecode: string | null;
}

// AVMediaType of FFmpeg's avutil.h, AV_DISPOSITION_ATTACHED_PIC of avformat.h.
const VIDEO = 0;
const AUDIO = 1;
const ATTACHED_PICTURE = 0x0400;

/** Pictures of a film, not the cover of an album. */
export const isVideo = ({ codecpar, disposition }: Stream): boolean =>
  (codecpar.codecType as number) === VIDEO &&
  ((disposition as number) & ATTACHED_PICTURE) === 0 &&
  codecpar.width > 0;

export const isAudio = ({ codecpar }: Stream): boolean =>
  (codecpar.codecType as number) === AUDIO && codecpar.sampleRate > 0;

/** The default stream of those that fit, else the first, as players choose. */
export function chooseStream(
  streams: readonly Stream[],
  fits: (stream: Stream) => boolean,
): Stream | undefined {
  const fitting = streams.filter(fits);
  return fitting.find(({ disposition }) => ((disposition as number) & 1) !== 0) ?? fitting[0];
}

/**
 * The sound track of that number, from 1; without one the default of those that have all of the
 * speech, by flag and title, else the first.
 */
export function chooseSoundTrack(
  streams: readonly Stream[],
  number: number | undefined,
): Stream | undefined {
  const tracks = streams.filter(isAudio);
  const named = number === undefined ? undefined : tracks[number - 1];
  const isFull = (stream: Stream): boolean =>
    audioPurpose(stream.disposition as number, titleOf(stream)) === "main";
  return named ?? chooseStream(tracks, isFull) ?? chooseStream(tracks, isAudio);
}

/** @throws UNREADABLE_MEDIA */
export async function probeSource(media: MediaInput): Promise<MediaSourceInfo> {
  const { input, streams, close } = await openInput(media);
  try {
    const video = chooseStream(streams, isVideo);
    const audio = chooseSoundTrack(streams, undefined);
    const tagged = [input.metadata, ...streams.map(({ metadata }) => metadata)]
      .map((tags) => tags?.get("timecode"))
      .find((tag) => tag);
    const durationMs = toMs(input.duration, { num: 1, den: 1_000_000 });
    return {
      video: video
        ? { width: video.codecpar.width, height: video.codecpar.height, frameRate: rateOf(video) }
        : null,
      audio: audio
        ? { sampleRate: audio.codecpar.sampleRate, channels: audio.codecpar.channels }
        : null,
      durationMs: durationMs !== null && durationMs > 0 ? Math.round(durationMs) : null,
      timecode: tagged && /^\d\d:\d\d:\d\d[:;]\d\d$/.test(tagged) ? tagged : null,
    };
  } finally {
    await close();
  }
}

/** The average rate; containers without one (a picture now and then) count as 25. */
export function rateOf({ avgFrameRate, rFrameRate }: Stream): Rational {
  for (const { num, den } of [avgFrameRate, rFrameRate])
    if (num > 0 && den > 0 && num / den <= 240) return { num, den };
  return { num: 25, den: 1 };
}
