import { stat } from "node:fs/promises";
import type { CodecContext, Frame, Packet, Stream } from "node-av/lib";
import { inputName, type MediaInput } from "./byte-source.ts";
import {
  DISCARD_ALL,
  type AvModule,
  type OpenedInput,
  openInput,
  toMs,
  unreadableError,
} from "./ffmpeg.ts";
import { openResampler, refuseImplausibleSound, type Resampler } from "./resample.ts";

export interface DecodeOptions {
  readonly streamIndex: number;
  readonly signal: AbortSignal;
  /** Called once at the end when packets could not be decoded. */
  readonly onDamage?: ((packets: number) => void) | undefined;
}

const OUTPUT_SAMPLE_RATE = 16_000;
/** One second: large enough to be cheap, small enough to stop soon. */
const CHUNK_SAMPLES = OUTPUT_SAMPLE_RATE;
/** Time stamps further apart than this are taken for damage, not for silence. */
const MAX_GAP_MS = 10 * 60_000;
/** Encoders' padding and rounding are not gaps. */
const MIN_GAP_MS = 80;

/**
 * The sound of one stream as 16 kHz mono float32 in chunks of a second, the last one shorter.
 * Streams: memory does not grow with the file. Gaps between time stamps become silence, so that a
 * sample's position is the time a player shows. Damaged packets are left out and counted.
 * @throws UNREADABLE_MEDIA when nothing can be decoded.
 */
export async function* decodeAudio(
  source: MediaInput,
  options: DecodeOptions,
): AsyncIterable<Float32Array> {
  const path = inputName(source);
  const opened = await openInput(source);
  const { av, input, streams } = opened;
  const packet = new av.Packet();
  const frame = new av.Frame();
  const state: DecoderState = {
    output: [],
    outputLength: 0,
    written: 0,
    damaged: 0,
    startMs: toStartMs(input.startTime),
  };
  let decoder: CodecContext | undefined;
  let resampler: Resampler | undefined;
  try {
    const stream = streams.find(({ index }) => index === options.streamIndex);
    if (!stream) throw unreadableError(path, `no stream ${options.streamIndex}`);
    for (const other of streams)
      if (other.index !== stream.index) other.discard = DISCARD_ALL as typeof other.discard;
    decoder = await openDecoder(av, stream, path);
    packet.alloc();
    frame.alloc();
    const maxSamples = maxSamplesOf(await sizeOf(source));
    const convert = (): void => {
      refuseImplausibleSound(frame, path);
      if (!resampler || !resampler.fits(frame)) {
        if (resampler) append(state, resampler.drain());
        resampler?.free();
        resampler = openResampler(av, frame, { rate: OUTPUT_SAMPLE_RATE, channels: 1 });
      }
      fillGap(state, frame, stream);
      append(state, resampler.convert(frame));
      if (state.written > maxSamples)
        throw unreadableError(
          path,
          `more than ${describeHours(maxSamples)} of sound in so few bytes`,
        );
    };
    let turn = performance.now();
    for await (const end of packets(opened, packet, stream.index, state)) {
      feed(decoder, end ? null : packet, frame, state, convert);
      if (end && resampler) append(state, resampler.drain());
      while (state.outputLength >= CHUNK_SAMPLES) yield takeSamples(state, CHUNK_SAMPLES);
      options.signal.throwIfAborted();
      // Decoding is synchronous; messages and aborts need a turn of the event loop now and then.
      if (performance.now() - turn > 50) {
        await new Promise(setImmediate);
        turn = performance.now();
      }
    }
    if (state.outputLength > 0) yield takeSamples(state, state.outputLength);
    tellDamage(path, state, options);
  } finally {
    resampler?.free();
    frame.free();
    packet.free();
    decoder?.freeContext();
    await opened.close();
  }
}

/** What Opus and FLAC need for silence. Speech needs thirty times as much. */
const MIN_BYTES_PER_SECOND = 25;
/** What any file may hold, however small it is, and what none may exceed. Hours. */
const MIN_MAX_HOURS = 2;
const MAX_HOURS = 30 * 24;

/**
 * Work is bounded by the size of the file: a megabyte of constant blocks may say that it is a week
 * of silence.
 */
function maxSamplesOf(sizeBytes: number): number {
  const seconds = sizeBytes / MIN_BYTES_PER_SECOND;
  return OUTPUT_SAMPLE_RATE * Math.min(MAX_HOURS * 3600, Math.max(MIN_MAX_HOURS * 3600, seconds));
}

const describeHours = (samples: number): string =>
  `${Math.round(samples / OUTPUT_SAMPLE_RATE / 3600)} hours`;

const sizeOf = async (source: MediaInput): Promise<number> =>
  typeof source === "string" ? (await stat(source)).size : source.sizeBytes;

/** @throws UNREADABLE_MEDIA when nothing was decoded. */
function tellDamage(
  path: string,
  { written, damaged }: DecoderState,
  { onDamage }: DecodeOptions,
): void {
  if (written === 0)
    throw unreadableError(
      path,
      damaged > 0 ? "damaged: none of its sound can be decoded" : "its audio track is empty",
    );
  if (damaged > 0) onDamage?.(damaged);
}

interface DecoderState {
  output: Float32Array[];
  outputLength: number;
  /** Samples handed to the output so far, gaps included. */
  written: number;
  damaged: number;
  /** The container's own zero: players subtract it. */
  readonly startMs: number;
}

const toStartMs = (microseconds: bigint): number =>
  toMs(microseconds, { num: 1, den: 1_000_000 }) ?? 0;

async function openDecoder(av: AvModule, stream: Stream, path: string): Promise<CodecContext> {
  const codec = av.Codec.findDecoder(stream.codecpar.codecId);
  if (!codec) throw unreadableError(path, "its audio codec is not known to FFmpeg");
  const decoder = new av.CodecContext();
  decoder.allocContext3(codec);
  decoder.parametersToContext(stream.codecpar);
  decoder.pktTimebase = stream.timeBase;
  decoder.threadCount = 1;
  if ((await decoder.open2(codec, null)) < 0) {
    decoder.freeContext();
    throw unreadableError(path, `its audio (${codec.name}) can't be decoded`);
  }
  return decoder;
}

const AVERROR_EOF = -541_478_725;

/**
 * Fills `packet` with one packet of the stream after the other and yields false for each; true at
 * the end, once.
 */
async function* packets(
  { readPacket }: OpenedInput,
  packet: Packet,
  streamIndex: number,
  state: DecoderState,
): AsyncGenerator<boolean> {
  // A reader that fails again and again without moving on would never end.
  for (let failures = 0; failures < 100;) {
    const answer = readPacket(packet);
    const result = typeof answer === "number" ? answer : await answer;
    if (result === AVERROR_EOF) break;
    if (result < 0) {
      failures++;
      state.damaged++;
      continue;
    }
    failures = 0;
    if (packet.streamIndex === streamIndex) yield false;
    packet.unref();
  }
  yield true;
}

function feed(
  decoder: CodecContext,
  packet: Packet | null,
  frame: Frame,
  state: DecoderState,
  onFrame: () => void,
): void {
  if (decoder.sendPacketSync(packet) < 0 && packet) state.damaged++;
  while (decoder.receiveFrameSync(frame) >= 0) {
    if (frame.nbSamples > 0 && frame.channels > 0) onFrame();
    frame.unref();
  }
}

function append(state: DecoderState, samples: Float32Array): void {
  if (samples.length === 0) return;
  state.output.push(samples);
  state.outputLength += samples.length;
  state.written += samples.length;
}

function fillGap(state: DecoderState, frame: Frame, stream: Stream): void {
  const ptsMs = toMs(frame.pts, stream.timeBase);
  if (ptsMs === null) return;
  const gapMs = ptsMs - state.startMs - (state.written * 1000) / OUTPUT_SAMPLE_RATE;
  if (gapMs < MIN_GAP_MS || gapMs > MAX_GAP_MS) return;
  append(state, new Float32Array(Math.round((gapMs * OUTPUT_SAMPLE_RATE) / 1000)));
}

function takeSamples(state: DecoderState, length: number): Float32Array {
  const chunk = new Float32Array(length);
  let filled = 0;
  while (filled < length) {
    const first = state.output[0] as Float32Array;
    const part = first.subarray(0, length - filled);
    chunk.set(part, filled);
    filled += part.length;
    if (part.length === first.length) state.output.shift();
    else state.output[0] = first.subarray(part.length);
  }
  state.outputLength -= length;
  return chunk;
}
