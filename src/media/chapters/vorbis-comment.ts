import type { Chapter } from "../../types.ts";
import type { ByteSource } from "../byte-source.ts";
import { readBytes } from "../file-bytes.ts";
import { MAX_BYTES, MAX_CHAPTERS, MAX_SIBLINGS, UNKNOWN_END } from "./bounds.ts";

/**
 * `CHAPTER001=00:01:02.500` and `CHAPTER001NAME=…` (https://wiki.xiph.org/Chapter_Extension) in
 * the comments of Ogg and FLAC, which FFmpeg takes out of the tags that it tells.
 */
function chaptersOf(comments: ReadonlyMap<string, string>): readonly Chapter[] {
  const chapters: Chapter[] = [];
  for (const [name, value] of comments) {
    const title = /^chapter\d{2,3}$/.test(name) ? comments.get(`${name}name`) : undefined;
    const [, hours, minutes, seconds] = /^(\d+):(\d\d):(\d\d(?:\.\d+)?)$/.exec(value.trim()) ?? [];
    if (title === undefined || seconds === undefined || chapters.length >= MAX_CHAPTERS) continue;
    const startMs = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
    chapters.push({ startMs: Math.round(startMs), endMs: UNKNOWN_END, title });
  }
  return chapters;
}

/** The comments of https://xiph.org/vorbis/doc/v-comment.html; names in small letters. */
function readComments(bytes: Buffer): ReadonlyMap<string, string> {
  const comments = new Map<string, string>();
  let at = 4 + bytes.readUInt32LE(0);
  const count = bytes.readUInt32LE(at);
  at += 4;
  for (let i = 0; i < count && at + 4 <= bytes.length; i++) {
    const length = bytes.readUInt32LE(at);
    const comment = bytes.toString("utf8", at + 4, at + 4 + length);
    const equals = comment.indexOf("=");
    if (equals > 0) comments.set(comment.slice(0, equals).toLowerCase(), comment.slice(equals + 1));
    at += 4 + length;
  }
  return comments;
}

/** What stands before the comments of a codec, in the second packet of its stream. */
const COMMENT_HEADS = ["\u0003vorbis", "OpusTags", "\u0081theora", "Speex"];

/** RFC 3533. A cover makes the packet large; what comes first is enough. */
export async function oggChapters(source: ByteSource): Promise<readonly Chapter[]> {
  const bytes = await readBytes(source, 0, MAX_BYTES);
  for (const packet of secondPackets(bytes)) {
    const head = COMMENT_HEADS.find((one) => packet.toString("latin1", 0, one.length) === one);
    const chapters =
      head === undefined ? [] : chaptersOf(readComments(packet.subarray(head.length)));
    if (chapters.length > 0) return chapters;
  }
  return [];
}

/** The second packet of each stream, as far as it lies in these bytes. */
function secondPackets(bytes: Buffer): readonly Buffer[] {
  const packets = new Map<number, { done: number; parts: Buffer[] }>();
  for (let at = 0; at + 27 <= bytes.length && bytes.toString("latin1", at, at + 4) === "OggS";) {
    const serial = bytes.readUInt32LE(at + 14);
    const stream = packets.get(serial) ?? { done: 0, parts: [] };
    packets.set(serial, stream);
    const count = bytes[at + 26] ?? 0;
    let body = at + 27 + count;
    for (const lace of bytes.subarray(at + 27, at + 27 + count)) {
      if (stream.done === 1) stream.parts.push(bytes.subarray(body, body + lace));
      // A packet ends with the first lace that is not full.
      if (lace < 255) stream.done++;
      body += lace;
    }
    at = body;
    if ([...packets.values()].every(({ done }) => done > 1)) break;
  }
  return [...packets.values()].map(({ parts }) => Buffer.concat(parts));
}

const VORBIS_COMMENT = 4;

/** RFC 9639, section 8: blocks before the sound. */
export async function flacChapters(source: ByteSource): Promise<readonly Chapter[]> {
  let [at, isLast] = [4, false];
  for (let count = 0; !isLast && at + 4 <= source.sizeBytes && count < MAX_SIBLINGS; count++) {
    const head = await readBytes(source, at, 4);
    const size = head.readUIntBE(1, 3);
    isLast = ((head[0] ?? 0) & 0x80) !== 0;
    if (((head[0] ?? 0) & 0x7f) === VORBIS_COMMENT)
      return chaptersOf(readComments(await readBytes(source, at + 4, Math.min(MAX_BYTES, size))));
    at += 4 + size;
  }
  return [];
}
