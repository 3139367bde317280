import type { Frame, Stream } from "node-av/lib";
import { type Decoding, openDecoding } from "./decoding.ts";
import { MediasearchError } from "../../errors.ts";
import type { MediaInput } from "../byte-source.ts";
import {
  DISCARD_ALL,
  ffmpeg,
  type AvModule,
  type OpenedInput,
  openInput,
  toMs,
  unreadableError,
} from "../ffmpeg.ts";
import { joinFiles } from "../joined.ts";
import {
  chooseSoundTrack,
  chooseStream,
  isVideo,
  probeSource,
  type MediaSourceInfo,
} from "../source.ts";
import {
  type ClipJob,
  type ClipResult,
  OUTPUT_NAME,
  type ClipRange,
  type OutputFormat,
} from "./job.ts";
import { decodeAll, type Reader } from "./feed-decoders.ts";
import { type Output, openOutput } from "./output.ts";
import type { PictureFormat } from "./picture.ts";
import { type Show, showPictures } from "./show.ts";
import { cutSound, type SoundCut, type SoundFormat } from "./sound.ts";

export interface RenderOptions {
  /** Milliseconds of the output that are done. */
  readonly onProgress: (doneMs: number) => void;
}

/**
 * Decodes every piece, fits it to one format and encodes it: exact to the frame and to the sample,
 * whatever the sources are.
 */
export async function render(
  { ranges, to, output: format }: ClipJob,
  { onProgress }: RenderOptions,
): Promise<ClipResult> {
  const av = await ffmpeg();
  const sources = new Map<string, MediaSourceInfo>();
  for (const range of ranges)
    if (!sources.has(range.path)) sources.set(range.path, await probeRange(range));
  const within = ranges.map((range) => clamp(range, sources.get(range.path)));
  const wanted = {
    picture: format.video
      ? pictureFormat(
          [...sources.values()],
          ranges.some(({ title }) => title !== null),
          format,
        )
      : null,
    sound: format.audio ? soundFormat([...sources.values()], format.audio) : null,
  };
  if (!wanted.picture && !wanted.sound)
    throw unreadableError(ranges[0]?.path ?? to, missing(format));
  const output = await openOutput(av, OUTPUT_NAME, format, wanted, to);
  try {
    let atMs = 0;
    for (const range of within) {
      await renderPiece(av, range, output, { ...wanted, atMs, onProgress }).catch(
        (error: unknown) => {
          throw error instanceof MediasearchError
            ? error
            : unreadableError(
                range.path,
                error instanceof Error ? error.message : String(error),
                error,
              );
        },
      );
      atMs += range.endMs - range.startMs;
    }
    output.finish();
    return { durationMs: Math.round(atMs), how: "encoded" };
  } catch (error) {
    output.abandon();
    throw error;
  }
}

/** What is heard and what is shown of it, which packages may have in files of their own. */
async function mediaOf({
  path,
  parts,
}: ClipRange): Promise<{ readonly heard: MediaInput; readonly shown: MediaInput | undefined }> {
  if (!parts) return { heard: path, shown: undefined };
  const { heard, shown } = parts;
  return {
    heard: await joinFiles(heard, path),
    shown: shown.length > 0 ? await joinFiles(shown, path) : undefined,
  };
}

async function probeRange(range: ClipRange): Promise<MediaSourceInfo> {
  const { heard, shown } = await mediaOf(range);
  const source = await probeSource(heard);
  return shown ? { ...source, video: (await probeSource(shown)).video } : source;
}

function missing({ video, audio }: OutputFormat): string {
  if (audio === null) return "has no picture";
  return video === null ? "has no sound" : "has neither picture nor sound";
}

const clamp = (range: ClipRange, source: MediaSourceInfo | undefined): ClipRange => {
  const last = source?.durationMs ?? null;
  return last === null || last <= range.startMs
    ? range
    : { ...range, endMs: Math.min(range.endMs, last) };
};

const DEFAULT_PICTURE: PictureFormat = { width: 1280, height: 720, frameRate: { num: 25, den: 1 } };
const HIGHEST_RATE = 60;

/**
 * Chooses the size of the largest source and the frame rate of the fastest one; sizes are even, as
 * the encoders need.
 */
function pictureFormat(
  sources: readonly MediaSourceInfo[],
  hasTitles: boolean,
  { maxHeight = Infinity, frameRate }: OutputFormat,
): PictureFormat | null {
  const videos = sources.flatMap(({ video }) => (video ? [video] : []));
  if (videos.length === 0) return hasTitles ? DEFAULT_PICTURE : null;
  const area = ({ width, height }: PictureFormat): number => width * height;
  const largest = videos.reduce((a, b) => (area(b) > area(a) ? b : a));
  const quickest = videos
    .map(({ frameRate }) => frameRate)
    .filter(({ num, den }) => num / den <= HIGHEST_RATE)
    .toSorted((a, b) => b.num / b.den - a.num / a.den)[0];
  const even = (size: number): number => Math.max(16, Math.ceil(size / 2) * 2);
  const scale = Math.min(1, maxHeight / largest.height);
  return {
    width: even(largest.width * scale),
    height: even(largest.height * scale),
    frameRate: frameRate ? { num: frameRate, den: 1 } : (quickest ?? DEFAULT_PICTURE.frameRate),
  };
}

/** Chooses the sample rate that all sources have when the encoder takes it, else 48 kHz. */
function soundFormat(sources: readonly MediaSourceInfo[], encoder: string): SoundFormat | null {
  const sounds = sources.flatMap(({ audio }) => (audio ? [audio] : []));
  const [first] = sounds;
  if (!first) return null;
  const isCommon = sounds.every(({ sampleRate }) => sampleRate === first.sampleRate);
  const allowed =
    encoder === "libopus"
      ? [48_000, 24_000, 16_000]
      : [48_000, 44_100, 32_000, 24_000, 22_050, 16_000];
  return {
    sampleRate: isCommon && allowed.includes(first.sampleRate) ? first.sampleRate : 48_000,
    channels: sounds.some(({ channels }) => channels > 1) ? 2 : 1,
  };
}

interface PieceTarget {
  readonly picture: PictureFormat | null;
  readonly sound: SoundFormat | null;
  /** Where the piece begins in the output. */
  readonly atMs: number;
  readonly onProgress: (doneMs: number) => void;
}

/** Decoders need a run-up: the picture from a key frame, sound a few packets. */
const RUN_UP_MS = 1000;
/** Broadcasts have no list of key frames, which are up to so far apart. */
const BLIND_RUN_UP_MS = 12_000;
const BLIND_CONTAINERS = new Set(["mpegts", "mpeg", "mpegvideo"]);

const runUpOf = ({ input }: OpenedInput): number =>
  BLIND_CONTAINERS.has(input.iformat?.name ?? "") ? BLIND_RUN_UP_MS : RUN_UP_MS;

async function renderPiece(
  av: AvModule,
  range: ClipRange,
  output: Output,
  { picture, sound, atMs, onProgress }: PieceTarget,
): Promise<void> {
  const media = await mediaOf(range);
  const heard = await openInput(media.heard);
  const shown = media.shown ? await openInput(media.shown) : undefined;
  const opened = shown ? [heard, shown] : [heard];
  const video = picture ? chooseStream((shown ?? heard).streams, isVideo) : undefined;
  const audio = sound ? chooseSoundTrack(heard.streams, range.audioTrack) : undefined;
  const zeroMs = toMs(heard.input.startTime, MICROSECONDS) ?? 0;
  const lengthMs = range.endMs - range.startMs;
  const between = (rate: number): number =>
    Math.round(((atMs + lengthMs) * rate) / 1000) - Math.round((atMs * rate) / 1000);
  const show = picture
    ? showPictures(av, output, picture, {
        stream: video,
        title: range.title,
        count: between(picture.frameRate.num / picture.frameRate.den),
      })
    : undefined;
  const cut = sound
    ? cutSound(av, sound, {
        path: range.path,
        fromMs: range.startMs,
        zeroMs,
        samples: between(sound.sampleRate),
      })
    : undefined;
  const decoders = new Map<Stream, Decoding>();
  try {
    if (video && show)
      decoders.set(video, await decodePictures(av, video, show, zeroMs + range.startMs));
    if (audio && cut) decoders.set(audio, await decodeSound(av, audio, cut));
    const readers: Reader[] = [];
    for (const one of opened)
      readers.push(await startReading(one, decoders, range.startMs + zeroMs));
    const writeSound = (atEnd: boolean): void => {
      const samples = cut?.drain(atEnd);
      if (samples && samples.length > 0) output.sound(samples);
    };
    await decodeAll(av, readers, {
      afterPacket: () => writeSound(false),
      onTurn: () => onProgress(atMs + (show?.doneMs() ?? 0)),
    });
    writeSound(true);
    show?.end();
    onProgress(atMs + lengthMs);
  } finally {
    for (const decoding of decoders.values()) decoding.free();
    show?.free();
    for (const one of opened) await one.close();
  }
}

/** Goes to where the streams that are decoded must be read from, to have them at a time. */
async function startReading(
  opened: OpenedInput,
  decoders: ReadonlyMap<Stream, Decoding>,
  atMs: number,
): Promise<Reader> {
  const own = new Map<number, { stream: Stream; decoding: Decoding }>();
  for (const stream of opened.streams) {
    const decoding = decoders.get(stream);
    if (decoding) own.set(stream.index, { stream, decoding });
    else stream.discard = DISCARD_ALL as typeof stream.discard;
  }
  const fromMs = atMs - runUpOf(opened);
  if (fromMs > (toMs(opened.input.startTime, MICROSECONDS) ?? 0)) await opened.seek(fromMs);
  return { readPacket: opened.readPacket, decoders: own };
}

/** `zeroMs` is the container's time at which the piece begins. */
const decodePictures = (
  av: AvModule,
  stream: Stream,
  show: Show,
  zeroMs: number,
): Promise<Decoding> =>
  openDecoding(
    av,
    stream,
    (frame) => show.take(frame, (toMs(bestTime(frame), stream.timeBase) ?? NaN) - zeroMs),
    () => show.isFull(),
  );

const decodeSound = (av: AvModule, stream: Stream, cut: SoundCut): Promise<Decoding> =>
  openDecoding(
    av,
    stream,
    (frame) => cut.take(frame, stream.timeBase),
    () => cut.isFull(),
  );

const MICROSECONDS = { num: 1, den: 1_000_000 };
const bestTime = ({ bestEffortTimestamp, pts }: Frame): bigint =>
  bestEffortTimestamp === undefined ? pts : bestEffortTimestamp;
