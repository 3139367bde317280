import type { FormatContext, Packet, Stream } from "node-av/lib";
import { DISCARD_ALL, ffmpeg, type AvModule, openInput, toMs } from "../ffmpeg.ts";
import { chooseSoundTrack, chooseStream, isVideo } from "../source.ts";
import { type ClipJob, type ClipResult, OUTPUT_NAME, type OutputFormat } from "./job.ts";
import { throwIfWriteFailed, muxerOptions } from "./output.ts";

const SEEK_BACKWARD = 1; // AVSEEK_FLAG_BACKWARD
const NOPTS = -(2n ** 63n);
/** Other work of the process gets its turn this often. */
const COPY_TURN_MS = 50;
const MICROSECONDS = { num: 1, den: 1_000_000 };

/**
 * Copies the packets of one piece unchanged: as fast as the disk, and without any loss. The picture
 * begins at the key frame at or before the wanted start, and the sound with it.
 * @returns undefined when the output can't hold what the file has.
 */
export async function copyPackets({
  ranges,
  to,
  output: format,
}: ClipJob): Promise<ClipResult | undefined> {
  const [range] = ranges;
  // A package is decoded: a copy of its packets could begin at any picture of its parts.
  if (!range || range.parts || ranges.length > 1) return undefined;
  const av = await ffmpeg();
  const { input, streams, close } = await openInput(range.path);
  try {
    const chosen = [
      format.video ? chooseStream(streams, isVideo) : undefined,
      chooseSoundTrack(streams, range.audioTrack),
    ].flatMap((stream) => (stream ? [stream] : []));
    if (chosen.length === 0 || !chosen.every((stream) => canHold(av, stream, format)))
      return undefined;
    const zeroMs = toMs(input.startTime, MICROSECONDS) ?? 0;
    for (const stream of streams)
      if (!chosen.includes(stream)) stream.discard = DISCARD_ALL as typeof stream.discard;
    const [first] = chosen;
    if (first && range.startMs > 0)
      input.seekFrameSync(
        first.index,
        BigInt(
          Math.round(((range.startMs + zeroMs) * first.timeBase.den) / (1000 * first.timeBase.num)),
        ),
        SEEK_BACKWARD as never,
      );
    return await writePackets(av, input, chosen, {
      to,
      format,
      startMs: range.startMs + zeroMs,
      endMs: range.endMs + zeroMs,
    });
  } finally {
    await close();
  }
}

/** Decoders that are not called like their codec. */
const DECODERS: Readonly<Record<string, string>> = {
  mp3float: "mp3",
  libopus: "opus",
  libvorbis: "vorbis",
  libdav1d: "av1",
  "libvpx-vp9": "vp9",
  libvpx: "vp8",
};

const canHold = (av: AvModule, { codecpar }: Stream, { copies }: OutputFormat): boolean => {
  const name = av.Codec.findDecoder(codecpar.codecId)?.name ?? "";
  // Several decoders may be there for one codec, such as mp3float for mp3 and libopus for opus.
  return copies.some((codec) => name === codec || DECODERS[name] === codec);
};

interface Range {
  readonly to: string;
  readonly format: OutputFormat;
  readonly startMs: number;
  readonly endMs: number;
}

async function writePackets(
  av: AvModule,
  input: FormatContext,
  chosen: readonly Stream[],
  { to, format, startMs, endMs }: Range,
): Promise<ClipResult | undefined> {
  const output = new av.FormatContext();
  const packet = new av.Packet();
  packet.alloc();
  try {
    throwIfWriteFailed(output.allocOutputContext2(null, format.muxer, OUTPUT_NAME), to, "made");
    const targets = new Map(
      chosen.map((stream) => {
        const target = output.newStream(null);
        throwIfWriteFailed(stream.codecpar.copy(target.codecpar), to, "described");
        target.codecpar.codecTag = 0;
        target.timeBase = stream.timeBase;
        return [stream.index, target] as const;
      }),
    );
    throwIfWriteFailed(output.openOutputSync(), to, "opened");
    if (output.writeHeaderSync(muxerOptions(av, format)) < 0) return undefined;
    const range = openRange(chosen, startMs, endMs);
    let turnMs = performance.now();
    while (!range.isDone() && input.readFrameSync(packet) >= 0) {
      const stream = chosen.find(({ index }) => index === packet.streamIndex);
      const target = stream && targets.get(stream.index);
      const originMs = stream && range.take(packet, stream);
      if (stream && target && originMs !== undefined) {
        moveTo(packet, stream, target, originMs);
        throwIfWriteFailed(output.interleavedWriteFrameSync(packet), to, "written");
      }
      packet.unref();
      if (performance.now() - turnMs > COPY_TURN_MS) {
        await new Promise(setImmediate);
        turnMs = performance.now();
      }
    }
    throwIfWriteFailed(output.writeTrailerSync(), to, "finished");
    return { durationMs: Math.round(range.lengthMs()), how: "copied" };
  } finally {
    packet.free();
    output.closeOutputSync();
    output.freeContext();
  }
}

interface PacketRange {
  /**
   * The time in the input that becomes the output's zero, for a packet of the range; else
   * undefined.
   */
  take(packet: Packet, stream: Stream): number | undefined;
  /** Whether every stream has gone past the end. */
  isDone(): boolean;
  /** How long the packets that were taken play. */
  lengthMs(): number;
}

/**
 * Decides which packets belong to a range. The first stream leads: pictures can begin only where
 * their decoder can, at a key frame, and then the other streams begin with them.
 */
function openRange(chosen: readonly Stream[], startMs: number, endMs: number): PacketRange {
  const lead = chosen[0] as Stream;
  const open = new Set(chosen.map(({ index }) => index));
  let originMs = isVideo(lead) ? undefined : startMs;
  let latestPictureMs = 0;
  let lengthMs = 0;
  const isPast = ({ shownMs, decodedMs }: PacketTimes, stream: Stream): boolean =>
    // A picture that is shown before one that was taken belongs to it, though it comes after it.
    decodedMs >= endMs && (stream !== lead || shownMs > latestPictureMs);
  const beginsInTime = (times: PacketTimes, stream: Stream, fromMs: number): boolean =>
    stream === lead && isVideo(lead)
      ? times.shownMs >= fromMs
      : times.shownMs + times.lengthMs / 2 >= fromMs;
  return {
    take(packet, stream) {
      const times = packetTimes(packet, stream);
      if (!times) return undefined;
      if (stream === lead && packet.isKeyframe) originMs ??= times.shownMs;
      if (isPast(times, stream)) {
        open.delete(stream.index);
        return undefined;
      }
      if (originMs === undefined || !open.has(stream.index)) return undefined;
      if (!beginsInTime(times, stream, originMs)) return undefined;
      if (stream === lead) latestPictureMs = Math.max(latestPictureMs, times.shownMs);
      lengthMs = Math.max(lengthMs, times.shownMs + times.lengthMs - originMs);
      return originMs;
    },
    isDone: () => open.size === 0,
    lengthMs: () => lengthMs,
  };
}

interface PacketTimes {
  readonly shownMs: number;
  readonly decodedMs: number;
  readonly lengthMs: number;
}

/** undefined for packets without any time. */
function packetTimes(
  { pts, dts, duration }: Packet,
  { timeBase }: Stream,
): PacketTimes | undefined {
  const shownMs = toMs(pts === NOPTS ? dts : pts, timeBase);
  const decodedMs = toMs(dts === NOPTS ? pts : dts, timeBase);
  return shownMs === null || decodedMs === null
    ? undefined
    : { shownMs, decodedMs, lengthMs: toMs(duration, timeBase) ?? 0 };
}

function moveTo(packet: Packet, stream: Stream, target: Stream, originMs: number): void {
  const shift = BigInt(Math.round((originMs * stream.timeBase.den) / (1000 * stream.timeBase.num)));
  if (packet.pts !== NOPTS) packet.pts -= shift;
  if (packet.dts !== NOPTS) packet.dts -= shift;
  packet.streamIndex = target.index;
  packet.pos = -1n;
  packet.rescaleTs(stream.timeBase, target.timeBase);
}
