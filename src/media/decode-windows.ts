import type { Frame } from "node-av/lib";
import { inputName, type MediaInput } from "./byte-source.ts";
import { openDecoder } from "./decoder.ts";
import { DISCARD_ALL, openInput, type OpenedInput, toMs, unreadableError } from "./ffmpeg.ts";
import { implausibleSound, openResampler, type Resampler } from "./resample.ts";

/** A stretch of sound with all its channels. */
export interface SoundWindow {
  readonly channels: number;
  /** Bits of AV_CHANNEL_LAYOUT_*; null where positions are not known. */
  readonly layout: bigint | null;
  /** 16 kHz, interleaved float32. */
  readonly samples: Float32Array;
  /** Where it begins, in milliseconds from the start that players show; null where unknown. */
  readonly startMs: number | null;
}

export interface WindowOptions {
  readonly streamIndex: number;
  /** Where windows are to begin, in order. Not-seekable media are read from their start. */
  readonly startsMs: readonly number[];
  readonly windowMs: number;
  readonly signal: AbortSignal;
}

const RATE = 16_000;
const SEEK_BACKWARD = 1; // AVSEEK_FLAG_BACKWARD
/** A window that is not full by then has a gap in it. */
const MAX_PACKETS = 20_000;

/** Decodes short stretches of a file without the rest of it. What can't be decoded is left out. */
export async function* decodeWindows(
  source: MediaInput,
  { streamIndex, startsMs, windowMs, signal }: WindowOptions,
): AsyncGenerator<SoundWindow> {
  const opened = await openInput(source);
  const { av, input, streams } = opened;
  const frame = new av.Frame();
  frame.alloc();
  const stream = streams.find(({ index }) => index === streamIndex);
  try {
    if (!stream) throw unreadableError(inputName(source), `no stream ${streamIndex}`);
    for (const other of streams)
      if (other.index !== streamIndex) other.discard = DISCARD_ALL as typeof other.discard;
    const zeroMs = toMs(input.startTime, { num: 1, den: 1_000_000 }) ?? 0;
    for (const startMs of startsMs) {
      signal.throwIfAborted();
      const { num, den } = stream.timeBase;
      if (startMs > 0) {
        const at = BigInt(Math.round(((startMs + zeroMs) * den) / (1000 * num)));
        if ((await input.seekFrame(streamIndex, at, SEEK_BACKWARD as never)) < 0) return;
      }
      const decoder = await openDecoder(av, stream, inputName(source));
      try {
        const window = await readWindow(opened, decoder, frame, stream.timeBase, {
          streamIndex,
          samples: Math.round((windowMs * RATE) / 1000),
          fromMs: startMs + zeroMs,
        });
        if (window) yield { ...window, startMs: window.startMs && window.startMs - zeroMs };
      } finally {
        decoder.freeContext();
      }
      await new Promise(setImmediate);
    }
  } finally {
    frame.free();
    await opened.close();
  }
}

type Decoder = Awaited<ReturnType<typeof openDecoder>>;

async function readWindow(
  { av, readPacket }: OpenedInput,
  decoder: Decoder,
  frame: Frame,
  timeBase: { readonly num: number; readonly den: number },
  wanted: { readonly streamIndex: number; readonly samples: number; readonly fromMs: number },
): Promise<SoundWindow | undefined> {
  const packet = new av.Packet();
  packet.alloc();
  const parts: Float32Array[] = [];
  let resampler: Resampler | undefined;
  let [channels, length, layout, startMs] = [0, 0, null as bigint | null, null as number | null];
  const take = (): void => {
    if (frame.nbSamples === 0 || implausibleSound(frame) !== undefined) return;
    const atMs = toMs(frame.pts, timeBase);
    // Seeking leads to a little before.
    if (atMs !== null && atMs < wanted.fromMs - 100 && length === 0) return;
    if (resampler && !resampler.fits(frame)) return;
    if (!resampler) {
      channels = frame.channels;
      layout = frame.channelLayout.order === 1 ? frame.channelLayout.mask : null;
      startMs = atMs;
      resampler = openResampler(av, frame, { rate: RATE, channels: "all" });
    }
    const part = resampler.convert(frame);
    parts.push(part);
    length += part.length / channels;
  };
  try {
    for (let packets = 0; packets < MAX_PACKETS && length < wanted.samples; packets++) {
      const answer = readPacket(packet);
      if ((typeof answer === "number" ? answer : await answer) < 0) break;
      if (packet.streamIndex === wanted.streamIndex) {
        decoder.sendPacketSync(packet);
        while (decoder.receiveFrameSync(frame) >= 0) {
          take();
          frame.unref();
        }
      }
      packet.unref();
    }
    if (length === 0) return undefined;
    const samples = new Float32Array(Math.min(length, wanted.samples) * channels);
    let at = 0;
    for (const part of parts) {
      samples.set(part.subarray(0, Math.max(0, samples.length - at)), Math.min(at, samples.length));
      at += part.length;
    }
    return { channels, layout, samples, startMs };
  } finally {
    resampler?.free();
    packet.free();
  }
}
