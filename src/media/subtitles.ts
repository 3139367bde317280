import type { Packet, Stream } from "node-av/lib";
import { decodeLine21, type Line21Pair } from "./captions/cea608.ts";
import type { RawCue } from "./captions/raw-cue.ts";
import {
  decodeTeletext,
  subtitlePage,
  type TeletextPacket,
  type TeletextPage,
} from "./captions/teletext.ts";
import { codecName, TELETEXT } from "./codec-name.ts";
import { inputName, type MediaInput } from "./byte-source.ts";
import { DISCARD_ALL, openInput, toMs, unreadableError } from "./ffmpeg.ts";

export interface SubtitleEvent {
  readonly startMs: number;
  readonly endMs: number;
  readonly text: string;
  readonly speaker?: string;
}

/** How the text of the events is to be read. */
export type SubtitleFormat = "srt" | "webvtt" | "ass";

function formatOf(codec: string): SubtitleFormat {
  if (codec === "ass" || codec === "ssa") return "ass";
  return codec === "webvtt" ? "webvtt" : "srt";
}

export interface ReadOptions {
  readonly signal: AbortSignal;
  /**
   * Called now and then with the position reached, in milliseconds: a film's track is spread over
   * the whole file.
   */
  readonly onProgress: (positionMs: number) => void;
}

const SUBTITLE_TURN_MS = 50;

export interface SubtitleEvents {
  readonly events: readonly SubtitleEvent[];
  readonly format: SubtitleFormat;
}

/**
 * Every event of a text track in file order, at the times that a player shows. mov_text packets
 * carry a length before the text (QTFF, 3GPP TS 26.245);
 * Matroska's ASS packets carry `ReadOrder,Layer,Style,Name,MarginL,MarginR,MarginV,Effect,Text`.
 */
export async function readSubtitleEvents(
  source: MediaInput,
  streamIndex: number,
  options: ReadOptions,
): Promise<SubtitleEvents> {
  const tracks = await readSubtitleTracks(source, [streamIndex], options);
  return tracks.get(streamIndex) as SubtitleEvents;
}

/** The same of several tracks at once: each would go through the whole file. */
export async function readSubtitleTracks(
  source: MediaInput,
  streamIndices: readonly number[],
  { signal, onProgress }: ReadOptions,
): Promise<ReadonlyMap<number, SubtitleEvents>> {
  const { av, input, streams, readPacket, close } = await openInput(source);
  const packet = new av.Packet();
  try {
    // Containers may start late; players count from their start.
    const zeroMs = toMs(input.startTime, MICROSECONDS) ?? 0;
    const readers = new Map<number, TrackReader & { readonly codec: string }>();
    for (const index of streamIndices) {
      const stream = streams.find((one) => one.index === index);
      if (!stream) throw unreadableError(inputName(source), `no stream ${index}`);
      const codec = codecName(av, stream);
      const reader = readerFor(codec, stream);
      readers.set(index, { codec, ...reader });
    }
    // Containers with an index read the wanted tracks only.
    for (const other of streams)
      if (!readers.has(other.index)) other.discard = DISCARD_ALL as typeof other.discard;
    packet.alloc();
    let turn = performance.now();
    while ((await readPacket(packet)) >= 0) {
      const reader = readers.get(packet.streamIndex);
      reader?.add(packet);
      packet.unref();
      if (performance.now() - turn < SUBTITLE_TURN_MS) continue;
      // Reading is synchronous; messages and aborts need a turn of the event loop now and then.
      await new Promise(setImmediate);
      signal.throwIfAborted();
      onProgress(Math.max(0, (reader?.positionMs() ?? 0) - zeroMs));
      turn = performance.now();
    }
    const finished = [...readers].map(([index, { codec, finish }]) => {
      const events = finish().map((event) => shiftEvent(event, -zeroMs));
      return [index, { events, format: formatOf(codec) }] as const;
    });
    return new Map(finished);
  } finally {
    packet.free();
    await close();
  }
}

const MICROSECONDS = { num: 1, den: 1_000_000 };

const shiftEvent = (event: SubtitleEvent, ms: number): SubtitleEvent => ({
  ...event,
  startMs: Math.round(event.startMs + ms),
  endMs: Math.round(event.endMs + ms),
});

interface TimeBase {
  readonly num: number;
  readonly den: number;
}

/** Makes events of the packets of one track. */
interface TrackReader {
  readonly add: (packet: Packet) => void;
  readonly positionMs: () => number;
  readonly finish: () => readonly SubtitleEvent[];
}

function readerFor(codec: string, { timeBase, codecpar }: Stream): TrackReader {
  if (isLine21(codec)) return line21Track(timeBase);
  if (codec === TELETEXT) return teletextTrack(timeBase, subtitlePage(codecpar.extradata)?.page);
  return textTrack(codec, timeBase);
}

function teletextTrack(timeBase: TimeBase, page: TeletextPage | undefined): TrackReader {
  const packets: TeletextPacket[] = [];
  return {
    add(packet) {
      const atMs = toMs(packet.pts, timeBase);
      // The packet's own bytes are used again for the next one.
      if (atMs !== null && packet.data) packets.push({ atMs, data: Uint8Array.from(packet.data) });
    },
    positionMs: () => packets.at(-1)?.atMs ?? 0,
    finish: () => line21Events(decodeTeletext(packets, page ?? null)),
  };
}

function textTrack(codec: string, timeBase: TimeBase): TrackReader {
  const events: SubtitleEvent[] = [];
  return {
    add(packet) {
      const event = eventOf(packet, codec, timeBase);
      if (event) events.push(event);
    },
    positionMs: () => events.at(-1)?.startMs ?? 0,
    finish: () => events,
  };
}

function line21Track(timeBase: TimeBase): TrackReader {
  const pairs: Line21Pair[] = [];
  return {
    add: (packet) => void pairs.push(...pairsOf(packet, timeBase)),
    positionMs: () => pairs.at(-1)?.atMs ?? 0,
    finish: () => line21Events(decodeLine21(pairs)),
  };
}

/** Closed captions of analogue television, which FFmpeg calls by the decoder's name. */
const isLine21 = (codec: string): boolean => codec === "cc_dec";

/**
 * The byte pairs of the first field in a packet of three bytes each (CEA-708, cc_data): a mark of
 * validity and field, and the pair.
 */
function pairsOf(packet: Packet, timeBase: TimeBase): Line21Pair[] {
  const startMs = toMs(packet.pts, timeBase);
  const { data } = packet;
  if (startMs === null || !data) return [];
  const pairs: Line21Pair[] = [];
  const atMs = Math.round(startMs);
  for (let at = 0; at + 2 < data.length; at += 3)
    if ((data[at] ?? 0) % 8 === FIRST_FIELD)
      pairs.push({ atMs, first: data[at + 1] ?? 0, second: data[at + 2] ?? 0 });
  const endMs = Math.round(startMs + (toMs(packet.duration, timeBase) ?? 0));
  // What is shown stays until the end of the packet at least.
  return pairs.length > 0 ? [...pairs, { atMs: endMs, first: 0x80, second: 0x80 }] : [];
}

/** Valid, and of the first field: the lowest three bits. */
const FIRST_FIELD = 0b100;

/** Cues of line 21 as events whose text has no markup. */
export const line21Events = (cues: readonly RawCue[]): SubtitleEvent[] =>
  cues.map(({ startMs, endMs, lines }) => ({
    startMs,
    endMs,
    text: lines
      .map(({ text }) => text.replace(/[<{&]/g, (one) => `&#${one.charCodeAt(0)};`))
      .join("\n"),
  }));

/** The text behind its length of two bytes; nothing of a packet that lacks them. */
export const movText = (data: Buffer): Buffer =>
  data.length < 2 ? Buffer.alloc(0) : data.subarray(2, 2 + data.readUInt16BE(0));

function eventOf(packet: Packet, codec: string, timeBase: TimeBase): SubtitleEvent | null {
  const startMs = toMs(packet.pts, timeBase);
  if (startMs === null || !packet.data) return null;
  const endMs = startMs + (toMs(packet.duration, timeBase) ?? 0);
  const times = { startMs: Math.round(startMs), endMs: Math.round(endMs) };
  const bytes = codec === "mov_text" ? movText(packet.data) : packet.data;
  const text = bytes.toString("utf8").replace(/\0+$/, "");
  if (text.trim() === "") return null;
  if (codec !== "ass" && codec !== "ssa") return { ...times, text };
  const fields = text.split(",");
  const name = fields[3]?.trim();
  return { ...times, text: fields.slice(8).join(","), ...(name ? { speaker: name } : {}) };
}
