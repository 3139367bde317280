import { stat } from "node:fs/promises";
import type { CodecContext, Frame, Packet, Stream } from "node-av/lib";
import { inputName, type MediaInput } from "./byte-source.ts";
import { type ChannelMix, openMono } from "./channel-mixer.ts";
import { openDecoder } from "./decoder.ts";
import {
  DISCARD_ALL,
  type AvModule,
  type OpenedInput,
  openInput,
  toMs,
  unreadableError,
} from "./ffmpeg.ts";
import { refuseImplausibleSound, type Resampler } from "./resample.ts";

export interface DecodeOptions {
  readonly streamIndex: number;
  readonly signal: AbortSignal;
  /** How its channels become one; FFmpeg's mix without it. */
  readonly mix?: ChannelMix | undefined;
  /** Called once at the end when packets could not be decoded. */
  readonly onDamage?: ((packets: number) => void) | undefined;
}

const OUTPUT_SAMPLE_RATE = 16_000;
/** One second: large enough to be cheap, small enough to stop soon. */
const CHUNK_SAMPLES = OUTPUT_SAMPLE_RATE;
/**
 * Time stamps further apart than this are taken for damage, not for silence, unless the container's
 * length says that there is so much.
 */
const MAX_GAP_MS = 10 * 60_000;
/** Containers round their length. */
const PAST_END_MS = 60_000;
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
    endMs: isContinuous(input)
      ? toStartMs(input.startTime) + Math.max(0, toStartMs(input.duration))
      : -Infinity,
    maxSamples: 0,
  };
  let decoder: CodecContext | undefined;
  let free = (): void => {};
  try {
    const stream = streams.find(({ index }) => index === options.streamIndex);
    if (!stream) throw unreadableError(path, `no stream ${options.streamIndex}`);
    for (const other of streams)
      if (other.index !== stream.index) other.discard = DISCARD_ALL as typeof other.discard;
    decoder = await openDecoder(av, stream, path);
    packet.alloc();
    frame.alloc();
    state.maxSamples = maxSamplesOf(await sizeOf(source));
    const converter = openConverter(av, frame, stream, state, { path, mix: options.mix });
    ({ free } = converter);
    let turn = performance.now();
    for await (const end of packets(opened, packet, stream.index, state)) {
      feed(decoder, end ? null : packet, frame, state, converter.convert);
      if (end) converter.drain();
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
    free();
    frame.free();
    packet.free();
    decoder?.freeContext();
    await opened.close();
  }
}

interface Converter {
  /** Takes the frame that was just decoded. */
  readonly convert: () => void;
  readonly drain: () => void;
  readonly free: () => void;
}

/** Turns decoded frames into the output of `state`, at the times that players show. */
function openConverter(
  av: AvModule,
  frame: Frame,
  stream: Stream,
  state: DecoderState,
  { path, mix }: { readonly path: string; readonly mix: ChannelMix | undefined },
): Converter {
  let resampler: Resampler | undefined;
  const drain = (): void => {
    if (resampler) append(state, resampler.drain());
  };
  const free = (): void => resampler?.free();
  return {
    drain,
    free,
    convert() {
      refuseImplausibleSound(frame, path);
      if (!resampler?.fits(frame)) {
        drain();
        free();
        resampler = openMono(av, frame, OUTPUT_SAMPLE_RATE, mix);
      }
      fillGap(state, frame, stream);
      append(state, resampler.convert(frame));
      if (state.written > state.maxSamples)
        throw unreadableError(
          path,
          `more than ${describeHours(state.maxSamples)} of sound in so few bytes`,
        );
    },
  };
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
  /**
   * The container's own zero: players subtract it. It moves where time stamps begin anew, as in
   * broadcasts that were joined.
   */
  startMs: number;
  /** Where the container says that it ends; -Infinity where its time stamps may jump. */
  readonly endMs: number;
  /** Bound of `written`. */
  maxSamples: number;
}

const MAY_JUMP = 0x0200; // AVFMT_TS_DISCONT

const isContinuous = ({ iformat }: OpenedInput["input"]): boolean =>
  (((iformat?.flags as number | undefined) ?? 0) & MAY_JUMP) === 0;

const toStartMs = (microseconds: bigint): number =>
  toMs(microseconds, { num: 1, den: 1_000_000 }) ?? 0;

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
  if (gapMs < -MAX_GAP_MS || (gapMs > MAX_GAP_MS && ptsMs > state.endMs + PAST_END_MS)) {
    state.startMs += gapMs;
    return;
  }
  if (gapMs < MIN_GAP_MS) return;
  const samples = Math.round((gapMs * OUTPUT_SAMPLE_RATE) / 1000);
  if (gapMs > MAX_GAP_MS && state.written + samples > state.maxSamples) return;
  for (let left = samples; left > 0; left -= SILENCE.length)
    append(state, SILENCE.subarray(0, Math.min(left, SILENCE.length)));
}

/** Hours of silence need no memory: all of it is this second. */
const SILENCE = new Float32Array(CHUNK_SAMPLES);

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
