import type { Chapter } from "../../types.ts";
import type { ByteSource } from "../byte-source.ts";
import { readBytes } from "../file-bytes.ts";
import { MAX_CHAPTERS, UNKNOWN_END } from "./bounds.ts";
import { type Box, boxes, contentOf, findBox } from "./boxes.ts";

/**
 * Chapters as QuickTime has them: a track reference `chap` names a track whose samples are titles
 * (QuickTime File Format Specification, "Chapter lists").
 */
export async function trackChapters(source: ByteSource, moov: Box): Promise<readonly Chapter[]> {
  const named = new Set<number>();
  const tracks = new Map<number, Box>();
  for await (const track of boxes(source, moov.start, moov.end)) {
    if (track.type !== "trak") continue;
    const header = await findBox(source, track, ["tkhd"]);
    if (header) tracks.set(trackId(await contentOf(source, header)), track);
    const references = await findBox(source, track, ["tref", "chap"]);
    if (references) for (const id of words(await contentOf(source, references))) named.add(id);
  }
  for (const id of named) {
    const track = tracks.get(id);
    // A second track that is named may hold pictures of the chapters.
    if (track && TEXT_HANDLERS.has(await handlerOf(source, track))) return readTrack(source, track);
  }
  return [];
}

const TEXT_HANDLERS = new Set(["text", "sbtl", "subt"]);

const handlerOf = async (source: ByteSource, track: Box): Promise<string> => {
  const handler = await findBox(source, track, ["mdia", "hdlr"]);
  return handler ? (await contentOf(source, handler)).toString("latin1", 8, 12) : "";
};

/** Times of version 1 have eight bytes each. */
const trackId = (header: Buffer): number => header.readUInt32BE(header[0] === 1 ? 20 : 12);

function words(bytes: Buffer): readonly number[] {
  const count = Math.floor(bytes.length / 4);
  return Array.from({ length: count }, (_, i) => bytes.readUInt32BE(i * 4));
}

/** A table of ISO/IEC 14496-12, section 8.6 and 8.7, behind its version and flags. */
async function table(source: ByteSource, samples: Box, type: string): Promise<readonly number[]> {
  const box = await findBox(source, samples, [type]);
  return box ? words(await contentOf(source, box)).slice(1) : [];
}

interface Sample {
  readonly startMs: number;
  readonly endMs: number;
  readonly position: number;
  readonly sizeBytes: number;
}

async function readTrack(source: ByteSource, track: Box): Promise<readonly Chapter[]> {
  const chapters: Chapter[] = [];
  for (const { startMs, endMs, position, sizeBytes } of await samplesOf(source, track)) {
    const title = titleOf(await readBytes(source, position, Math.min(MAX_TITLE, sizeBytes)));
    chapters.push({ startMs, endMs, title });
  }
  return chapters;
}

const MAX_TITLE = 2000;

/** A length, the text, and atoms that say how it looks. */
function titleOf(sample: Buffer): string {
  const text = sample.subarray(2, 2 + sample.readUInt16BE(0));
  const mark = text.length >= 2 ? text.readUInt16BE(0) : 0;
  if (mark === 0xfeff) return new TextDecoder("utf-16be").decode(text);
  if (mark === 0xfffe) return new TextDecoder("utf-16le").decode(text);
  return text.toString("utf8");
}

async function samplesOf(source: ByteSource, track: Box): Promise<readonly Sample[]> {
  const header = await findBox(source, track, ["mdia", "mdhd"]);
  const samples = await findBox(source, track, ["mdia", "minf", "stbl"]);
  if (!header || !samples) return [];
  const about = await contentOf(source, header);
  const scale = about.readUInt32BE(about[0] === 1 ? 20 : 12);
  const times = timesOf(await table(source, samples, "stts"));
  const [fixed = 0, count = 0, ...sizes] = await table(source, samples, "stsz");
  const sizeOf = (i: number): number => (fixed > 0 ? fixed : (sizes[i] ?? 0));
  const positions = positionsOf(
    await chunkOffsets(source, samples),
    await table(source, samples, "stsc"),
    Math.min(count, MAX_CHAPTERS, times.length),
    sizeOf,
  );
  return positions.map((position, i) => {
    const { start, end } = times[i] ?? { start: 0, end: UNKNOWN_END };
    const toMs = (time: number): number => Math.round((time * 1000) / scale);
    return { startMs: toMs(start), endMs: toMs(end), position, sizeBytes: sizeOf(i) };
  });
}

/** Runs of samples of the same length. */
function timesOf([, ...runs]: readonly number[]): readonly { start: number; end: number }[] {
  const times: { start: number; end: number }[] = [];
  let start = 0;
  for (let at = 0; at + 1 < runs.length; at += 2)
    for (let i = 0; i < (runs[at] ?? 0) && times.length < MAX_CHAPTERS; i++) {
      const end = start + (runs[at + 1] ?? 0);
      times.push({ start, end });
      start = end;
    }
  return times;
}

async function chunkOffsets(source: ByteSource, samples: Box): Promise<readonly number[]> {
  const [, ...short] = await table(source, samples, "stco");
  if (short.length > 0) return short;
  const [, ...long] = await table(source, samples, "co64");
  return Array.from(
    { length: Math.floor(long.length / 2) },
    (_, i) => (long[i * 2] ?? 0) * 2 ** 32 + (long[i * 2 + 1] ?? 0),
  );
}

/** Where samples are: `stsc` tells from which chunk on a chunk has how many. */
function positionsOf(
  chunks: readonly number[],
  [, ...runs]: readonly number[],
  count: number,
  sizeOf: (sample: number) => number,
): readonly number[] {
  const positions: number[] = [];
  let run = 0;
  for (const [i, offset] of chunks.entries()) {
    if ((runs[run + 3] ?? Infinity) <= i + 1) run += 3;
    let at = offset;
    for (let inChunk = 0; inChunk < (runs[run + 1] ?? 1) && positions.length < count; inChunk++) {
      const size = sizeOf(positions.length);
      positions.push(at);
      at += size;
    }
  }
  return positions;
}
