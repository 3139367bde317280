import type { Chapter } from "../../types.ts";
import type { ByteSource } from "../byte-source.ts";
import { UNKNOWN_END } from "./bounds.ts";
import { type Box, contentOf, findBox } from "./boxes.ts";
import { trackChapters } from "./text-track.ts";

/**
 * Apple's way, a text track that another track names, and Nero's, a list of at most 255. Programs
 * write one of them or both; whichever has more is the one that was not cut short.
 */
export async function mp4Chapters(source: ByteSource): Promise<readonly Chapter[]> {
  const moov = await findBox(source, { start: 0, end: source.sizeBytes }, ["moov"]);
  if (!moov) return [];
  const listed = await neroChapters(source, moov);
  const track = await trackChapters(source, moov);
  return track.length >= listed.length ? track : listed;
}

/**
 * Nero's list, which FFmpeg and makers of audiobooks write: start in units of 100 ns, and title.
 */
async function neroChapters(source: ByteSource, moov: Box): Promise<readonly Chapter[]> {
  const box = await findBox(source, moov, ["udta", "chpl"]);
  if (!box) return [];
  const bytes = await contentOf(source, box);
  const chapters: Chapter[] = [];
  // Version 0 lacks four bytes that nobody uses.
  const first = bytes[0] === 0 ? 4 : 8;
  const count = bytes[first] ?? 0;
  for (let at = first + 1; chapters.length < count && at + 9 <= bytes.length;) {
    const startMs = Math.round(Number(bytes.readBigUInt64BE(at)) / 10_000);
    const length = bytes[at + 8] ?? 0;
    const title = bytes.toString("utf8", at + 9, at + 9 + length);
    chapters.push({ startMs, endMs: UNKNOWN_END, title });
    at += 9 + length;
  }
  return chapters;
}
