import type { Packet } from "node-av/lib";
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
    const events: SubtitleEvent[] = [];
    // Containers with an index read the wanted track only.
    for (const other of streams)
      if (other.index !== streamIndex) other.discard = DISCARD_ALL as typeof other.discard;
    packet.alloc();
    let turn = performance.now();
    while ((await readPacket(packet)) >= 0) {
      if (packet.streamIndex === streamIndex) {
        const event = eventOf(packet, codec, stream.timeBase);
        if (event) events.push(event);
      }
      packet.unref();
      if (performance.now() - turn < SUBTITLE_TURN_MS) continue;
      // Reading is synchronous; messages and aborts need a turn of the event loop now and then.
      await new Promise(setImmediate);
      signal.throwIfAborted();
      onProgress(events.at(-1)?.startMs ?? 0);
      turn = performance.now();
    }
    return {
      events,
      format: formatOf(codec),
    };
  } finally {
    packet.free();
    await close();
  }
}

function eventOf(
  packet: Packet,
  codec: string,
  timeBase: { readonly num: number; readonly den: number },
): SubtitleEvent | null {
  const startMs = toMs(packet.pts, timeBase);
  if (startMs === null || !packet.data) return null;
  const endMs = startMs + (toMs(packet.duration, timeBase) ?? 0);
  const times = { startMs: Math.round(startMs), endMs: Math.round(endMs) };
  const bytes =
    codec === "mov_text" ? packet.data.subarray(2, 2 + packet.data.readUInt16BE(0)) : packet.data;
  const text = bytes.toString("utf8").replace(/\0+$/, "");
  if (text.trim() === "") return null;
  if (codec !== "ass" && codec !== "ssa") return { ...times, text };
  const fields = text.split(",");
  const name = fields[3]?.trim();
  return { ...times, text: fields.slice(8).join(","), ...(name ? { speaker: name } : {}) };
}
