import type { Packet } from "node-av/lib";
import { decodeLine21, type Line21Pair } from "./captions/cea608.ts";
import { inputName, type MediaInput } from "./byte-source.ts";
import { DISCARD_ALL, openInput, toMs, unreadableError } from "./ffmpeg.ts";
import type { SubtitleStream } from "./probe.ts";

export interface SubtitleEvent {
  readonly startMs: number;
  readonly endMs: number;
  readonly text: string;
  readonly speaker?: string;
}

/** How the text of the events is to be read. */
export type SubtitleFormat = "srt" | "webvtt" | "ass";

/**
 * The best text track: the wanted language first, complete ones before forced ones. Null when there
 * is none.
 */
export function pickSubtitle(
  tracks: readonly SubtitleStream[],
  language?: string,
): SubtitleStream | null {
  const languageRank = (track: SubtitleStream): number => {
    if (language === undefined || isLanguage(track.language, language)) return 0;
    return track.language === null ? 1 : 8;
  };
  const rank = (track: SubtitleStream): number => (track.isForced ? 4 : 0) + languageRank(track);
  const text = tracks.filter((track) => track.isText && rank(track) < 8);
  return text.toSorted((a, b) => rank(a) - rank(b) || a.streamIndex - b.streamIndex)[0] ?? null;
}

function formatOf(codec: string): SubtitleFormat {
  if (codec === "ass" || codec === "ssa") return "ass";
  return codec === "webvtt" ? "webvtt" : "srt";
}

/** Containers say "eng" or "en"; users say "en" or "en-US". */
function isLanguage(track: string | null, wanted: string): boolean {
  if (track === null) return false;
  const base = (tag: string): string =>
    new Intl.Locale(Intl.getCanonicalLocales(tag)[0] ?? tag).language;
  try {
    return base(track) === base(wanted);
  } catch {
    return false;
  }
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

/**
 * Every event of a text track in file order. mov_text packets carry a length before the text (QTFF,
 * 3GPP TS 26.245);
 * Matroska's ASS packets carry `ReadOrder,Layer,Style,Name,MarginL,MarginR,MarginV,Effect,Text`.
 */
export async function readSubtitleEvents(
  source: MediaInput,
  streamIndex: number,
  { signal, onProgress }: ReadOptions,
): Promise<{ readonly events: readonly SubtitleEvent[]; readonly format: SubtitleFormat }> {
  const { av, streams, readPacket, close } = await openInput(source);
  const packet = new av.Packet();
  try {
    const stream = streams.find(({ index }) => index === streamIndex);
    if (!stream) throw unreadableError(inputName(source), `no stream ${streamIndex}`);
    const codec = av.Codec.findDecoder(stream.codecpar.codecId)?.name ?? "text";
    const track = isLine21(codec)
      ? line21Track(stream.timeBase)
      : textTrack(codec, stream.timeBase);
    // Containers with an index read the wanted track only.
    for (const other of streams)
      if (other.index !== streamIndex) other.discard = DISCARD_ALL as typeof other.discard;
    packet.alloc();
    let turn = performance.now();
    while ((await readPacket(packet)) >= 0) {
      if (packet.streamIndex === streamIndex) track.add(packet);
      packet.unref();
      if (performance.now() - turn < SUBTITLE_TURN_MS) continue;
      // Reading is synchronous; messages and aborts need a turn of the event loop now and then.
      await new Promise(setImmediate);
      signal.throwIfAborted();
      onProgress(track.positionMs());
      turn = performance.now();
    }
    return {
      events: track.finish(),
      format: formatOf(codec),
    };
  } finally {
    packet.free();
    await close();
  }
}

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
    finish: () => line21Events(pairs),
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

const line21Events = (pairs: readonly Line21Pair[]): SubtitleEvent[] =>
  decodeLine21(pairs).map(({ startMs, endMs, lines }) => ({
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
