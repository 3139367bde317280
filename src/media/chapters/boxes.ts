import type { ByteSource } from "../byte-source.ts";
import { readBytes } from "../file-bytes.ts";
import { MAX_BYTES, MAX_SIBLINGS } from "./bounds.ts";

export interface Box {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** The boxes between two positions (ISO/IEC 14496-12, section 4.2). */
export async function* boxes(source: ByteSource, from: number, to: number): AsyncIterable<Box> {
  for (let at = from, count = 0; at + 8 <= to && count < MAX_SIBLINGS; count++) {
    const head = await readBytes(source, at, 16);
    const isLong = head.readUInt32BE(0) === 1;
    const size = isLong ? Number(head.readBigUInt64BE(8)) : head.readUInt32BE(0) || to - at;
    if (size < 8) return;
    yield {
      type: head.toString("latin1", 4, 8),
      start: at + (isLong ? 16 : 8),
      end: Math.min(to, at + size),
    };
    at += size;
  }
}

/** The first box of these names, each in the one before. */
export async function findBox(
  source: ByteSource,
  within: Pick<Box, "start" | "end">,
  [type, ...more]: readonly string[],
): Promise<Box | undefined> {
  for await (const box of boxes(source, within.start, within.end))
    if (box.type === type) return more.length === 0 ? box : findBox(source, box, more);
  return undefined;
}

export const contentOf = (source: ByteSource, { start, end }: Box): Promise<Buffer> =>
  readBytes(source, start, Math.min(MAX_BYTES, end - start));
