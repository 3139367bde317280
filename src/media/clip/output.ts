import type { CodecContext, Dictionary, FormatContext, Frame, Packet, Stream } from "node-av/lib";
import { MediasearchError } from "../../errors.ts";
import type { AvModule } from "../ffmpeg.ts";
import { defaultLayout } from "../resample.ts";
import type { OutputFormat } from "./job.ts";
import type { PictureFormat } from "./picture.ts";
import { packSamples, SAMPLE_FORMATS } from "./samples.ts";
import type { SoundFormat } from "./sound.ts";

export interface Output {
  /** The next frame of the picture, in yuv420p; the caller keeps it. */
  picture(frame: Frame): void;
  /** The next samples of the sound, interleaved float32, any number. */
  sound(samples: Float32Array): void;
  /** Writes what is left and the index, and closes the file. */
  finish(): void;
  /** Closes everything; the file is of no use. */
  abandon(): void;
}

interface Encoder {
  readonly context: CodecContext;
  readonly stream: Stream;
  send(frame: Frame | null): void;
}

const GLOBAL_HEADER = 1 << 22; // AV_CODEC_FLAG_GLOBAL_HEADER
const WANTS_GLOBAL_HEADER = 0x40; // AVFMT_GLOBALHEADER

/** Encoders and a muxer for one file at `path`. Errors call it `to`. */
export async function openOutput(
  av: AvModule,
  path: string,
  format: OutputFormat,
  wanted: { readonly picture: PictureFormat | null; readonly sound: SoundFormat | null },
  to = path,
): Promise<Output> {
  const output = new av.FormatContext();
  throwIfWriteFailed(output.allocOutputContext2(null, format.muxer, path), to, "made");
  const packet = new av.Packet();
  packet.alloc();
  const encoders: Encoder[] = [];
  const close = (): void => {
    for (const { context } of encoders) context.freeContext();
    packet.free();
    output.closeOutputSync();
    output.freeContext();
  };
  try {
    const isGlobal =
      (((output.oformat?.flags as number | undefined) ?? 0) & WANTS_GLOBAL_HEADER) !== 0;
    const add = async (
      name: string,
      set: (context: CodecContext) => void,
      options: Record<string, string>,
    ): Promise<Encoder> => {
      const encoder = await openEncoder(av, { output, packet, to, name, isGlobal }, set, options);
      encoders.push(encoder);
      return encoder;
    };
    const video =
      wanted.picture && format.video
        ? await add(
            format.video,
            (context) => setPicture(context, wanted.picture as PictureFormat),
            format.isForStreams ? STREAM_OPTIONS : VIDEO_OPTIONS[format.video],
          )
        : undefined;
    const { audio: audioName } = format;
    const audio =
      wanted.sound && audioName
        ? await add(
            audioName,
            (context) => setSound(av, context, audioName, wanted.sound as SoundFormat),
            {},
          )
        : undefined;
    throwIfWriteFailed(output.openOutputSync(), to, "opened");
    throwIfWriteFailed(output.writeHeaderSync(muxerOptions(av, format)), to, "begun");
    const sound = audio && wanted.sound ? soundWriter(av, audio, wanted.sound) : undefined;
    let frames = 0n;
    return {
      picture(frame) {
        const copy = frame.clone();
        if (!video || !copy) return;
        copy.pts = frames++;
        // The type that the source's encoder gave it would be taken for an order.
        copy.pictType = 0 as never;
        video.send(copy);
        copy.free();
      },
      sound: (samples) => sound?.write(samples),
      finish() {
        sound?.end();
        for (const encoder of encoders) encoder.send(null);
        throwIfWriteFailed(output.writeTrailerSync(), to, "finished");
        close();
      },
      abandon: close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** The index at the front, so that a film plays while it loads; in streams, one every second. */
export function muxerOptions(av: AvModule, { muxer, isForStreams }: OutputFormat): Dictionary {
  if (isForStreams)
    return av.Dictionary.fromObject({
      movflags: "+empty_moov+default_base_moof",
      frag_duration: "1000000",
    });
  const hasIndex = ["mp4", "mov", "ipod"].includes(muxer);
  return av.Dictionary.fromObject(hasIndex ? { movflags: "+faststart" } : {});
}

const VIDEO_OPTIONS: Readonly<Record<"libx264" | "libvpx" | "mjpeg", Record<string, string>>> = {
  libx264: { preset: "veryfast", crf: "20" },
  libvpx: { deadline: "realtime", "cpu-used": "4", crf: "20" },
  mjpeg: { strict: "unofficial" },
};

/** Without pictures that refer to later ones, so that every piece begins at its own zero. */
const STREAM_OPTIONS = { preset: "superfast", crf: "23", profile: "main", bf: "0" };

interface Target {
  readonly output: FormatContext;
  readonly packet: Packet;
  readonly to: string;
  readonly name: string;
  readonly isGlobal: boolean;
}

async function openEncoder(
  av: AvModule,
  { output, packet, to, name, isGlobal }: Target,
  set: (context: CodecContext) => void,
  options: Record<string, string>,
): Promise<Encoder> {
  const codec = av.Codec.findEncoderByName(name as never);
  if (!codec)
    throw new MediasearchError("MISSING_TOOL", `this build of FFmpeg has no encoder ${name}`, {
      subject: name,
    });
  const context = new av.CodecContext();
  context.allocContext3(codec);
  set(context);
  if (isGlobal) context.flags = ((context.flags as number) | GLOBAL_HEADER) as typeof context.flags;
  throwIfWriteFailed(
    await context.open2(codec, av.Dictionary.fromObject(options)),
    to,
    `encoded with ${name}`,
  );
  const stream = output.newStream(null);
  throwIfWriteFailed(stream.codecpar.fromContext(context), to, "described");
  stream.timeBase = context.timeBase;
  if (context.framerate.num > 0) stream.avgFrameRate = context.framerate;
  const send = (frame: Frame | null): void => {
    throwIfWriteFailed(context.sendFrameSync(frame), to, "encoded");
    while (context.receivePacketSync(packet) >= 0) {
      packet.streamIndex = stream.index;
      packet.rescaleTs(context.timeBase, stream.timeBase);
      throwIfWriteFailed(output.interleavedWriteFrameSync(packet), to, "written");
      packet.unref();
    }
  };
  return { context, stream, send };
}

function setPicture(context: CodecContext, { width, height, frameRate }: PictureFormat): void {
  context.width = width;
  context.height = height;
  context.pixelFormat = 0 as never; // AV_PIX_FMT_YUV420P
  context.timeBase = { num: frameRate.den, den: frameRate.num } as never;
  context.framerate = { ...frameRate } as never;
  context.gopSize = Math.max(1, Math.round((frameRate.num / frameRate.den) * 2));
  context.threadCount = 0;
  // For encoders that need one; with a quality asked for (crf) it is an upper bound.
  context.bitRate = BigInt(Math.max(300_000, Math.round(width * height * 4)));
}

function setSound(
  av: AvModule,
  context: CodecContext,
  name: string,
  { sampleRate, channels }: SoundFormat,
): void {
  const supported = av.Codec.findEncoderByName(name as never)?.sampleFormats ?? [];
  context.sampleFormat = (SAMPLE_FORMATS.find((one) => supported.includes(one as never)) ??
    supported[0]) as never;
  context.sampleRate = sampleRate;
  context.channelLayout = defaultLayout(channels) as never;
  context.timeBase = { num: 1, den: sampleRate } as never;
  context.bitRate = BigInt(64_000 * channels);
}

/** Cuts sound into frames of the number of samples that the encoder wants. */
function soundWriter(
  av: AvModule,
  { context, send }: Encoder,
  { sampleRate, channels }: SoundFormat,
) {
  const size = context.frameSize > 0 ? context.frameSize : 1024;
  let rest = new Float32Array(0);
  let written = 0;
  const one = (samples: Float32Array): void => {
    const nbSamples = samples.length / channels;
    const format = context.sampleFormat;
    const buffer = packSamples(samples, channels, format as number);
    const frame = av.Frame.fromAudioBuffer(buffer, {
      nbSamples,
      format,
      sampleRate,
      channelLayout: defaultLayout(channels) as never,
      timeBase: { num: 1, den: sampleRate },
      pts: BigInt(written),
    });
    written += nbSamples;
    send(frame);
    frame.free();
  };
  return {
    write(samples: Float32Array): void {
      const all = new Float32Array(rest.length + samples.length);
      all.set(rest);
      all.set(samples, rest.length);
      let at = 0;
      for (; at + size * channels <= all.length; at += size * channels)
        one(all.subarray(at, at + size * channels));
      rest = all.slice(at);
    },
    end(): void {
      if (rest.length > 0) one(rest);
    },
  };
}

const NO_SPACE = -28; // AVERROR(ENOSPC)

/** @throws the reason why FFmpeg said no, as ours. */
export function throwIfWriteFailed(result: number, path: string, done: string): void {
  if (result >= 0) return;
  if (result === NO_SPACE)
    throw new MediasearchError("NO_SPACE", `${path}: no space left on the disk`, { subject: path });
  throw new MediasearchError(
    "IO_FAILED",
    `${path}: could not be ${done} (FFmpeg's error ${result})`,
    { subject: path },
  );
}
