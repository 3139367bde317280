import type { Chapter } from "../../types.ts";
import type { MediaInput } from "../byte-source.ts";
import { bytesOf, readBytes } from "../file-bytes.ts";
import { id3Chapters } from "./id3.ts";
import { EBML, matroskaChapters } from "./matroska.ts";
import { flacChapters, oggChapters } from "./vorbis-comment.ts";
import { mp4Chapters } from "./mp4.ts";

/** Containers of QuickTime may begin with any of these; those of MP4 with the first. */
const MP4_BOXES = new Set(["ftyp", "moov", "mdat", "wide", "free", "skip"]);

/**
 * The chapters of a container, which FFmpeg's binding does not tell: text tracks and `chpl` of MP4
 * and QuickTime, Matroska's Chapters, `CHAP` of ID3, comments of Ogg and FLAC. Empty where there
 * are none, and where they can't be read.
 */
export async function readChapters(input: MediaInput): Promise<readonly Chapter[]> {
  try {
    const source = await bytesOf(input);
    const head = await readBytes(source, 0, 12);
    if (head.toString("latin1", 0, 3) === "ID3") return await id3Chapters(source, head);
    if (MP4_BOXES.has(head.toString("latin1", 4, 8))) return await mp4Chapters(source);
    if (head.readUInt32BE(0) === EBML) return await matroskaChapters(source);
    if (head.toString("latin1", 0, 4) === "OggS") return await oggChapters(source);
    if (head.toString("latin1", 0, 4) === "fLaC") return await flacChapters(source);
    return [];
  } catch {
    return [];
  }
}
