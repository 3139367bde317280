import type { Chapter } from "../../types.ts";
import type { ByteSource } from "../byte-source.ts";
import { readBytes } from "../file-bytes.ts";
import { MAX_BYTES, MAX_CHAPTERS } from "./bounds.ts";

/** Sizes whose bytes have seven bits each (ID3v2.4, section 6.2). */
const synchsafe = (bytes: Buffer, at: number): number =>
  [0, 1, 2, 3].reduce((size, i) => size * 128 + ((bytes[at + i] ?? 0) & 0x7f), 0);

interface Frame {
  readonly id: string;
  readonly body: Buffer;
}

function* frames(bytes: Buffer, version: number): Iterable<Frame> {
  for (let at = 0; at + 10 <= bytes.length && bytes[at] !== 0;) {
    const size = version >= 4 ? synchsafe(bytes, at + 4) : bytes.readUInt32BE(at + 4);
    yield {
      id: bytes.toString("latin1", at, at + 4),
      body: bytes.subarray(at + 10, at + 10 + size),
    };
    at += 10 + size;
  }
}

/** https://id3.org/id3v2-chapters-1.0 */
export async function id3Chapters(source: ByteSource, head: Buffer): Promise<readonly Chapter[]> {
  const version = head[3] ?? 0;
  const isExtended = ((head[5] ?? 0) & 0x40) !== 0;
  const bytes = await readBytes(source, 10, Math.min(MAX_BYTES * 10, synchsafe(head, 6)));
  const extended =
    version >= 4 ? synchsafe(bytes, 0) : 4 + (isExtended ? bytes.readUInt32BE(0) : 0);
  const chapters: Chapter[] = [];
  for (const { id, body } of frames(bytes.subarray(isExtended ? extended : 0), version)) {
    if (id !== "CHAP" || chapters.length >= MAX_CHAPTERS) continue;
    const at = body.indexOf(0) + 1;
    const title = [...frames(body.subarray(at + 16), version)].find((one) => one.id === "TIT2");
    chapters.push({
      startMs: body.readUInt32BE(at),
      endMs: body.readUInt32BE(at + 4),
      title: title ? id3Text(title.body) : "",
    });
  }
  return chapters;
}

const ID3_ENCODINGS = ["latin1", "utf-16", "utf-16be", "utf-8"];

function id3Text(body: Buffer): string {
  const encoding = ID3_ENCODINGS[body[0] ?? 0] ?? "latin1";
  return new TextDecoder(encoding).decode(body.subarray(1)).replace(/\0.*$/s, "");
}
