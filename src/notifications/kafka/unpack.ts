import * as zlib from "node:zlib";

/**
 * Bounds on what the client unpacks: a message of 30 kB may hold a gigabyte, and whoever may write
 * to the topic could send one. Bytes of all that one fetch brings: it asks for half a megabyte.
 */
export const MAX_UNPACKED_BYTES = 32 << 20;

/** What a fetch brought can't be unpacked, or is too much. */
export class UnreadableBatch extends Error {}

/** What the client has of each kind of compression, and calls by these names. */
interface Unpacker {
  decompressSync(data: Packed): Buffer;
}
/** The client's own buffers join several; `buffer` is all of them as one. */
type Packed = Buffer | { readonly buffer: Buffer };

export interface UnpackBudget {
  /** A fetch begins. */
  reset(): void;
}

/** Makes the client refuse what unpacks to more than the bound, before there is room for it. */
export function boundUnpacking(kinds: Readonly<Record<string, unknown>>): UnpackBudget {
  let left = MAX_UNPACKED_BYTES;
  const bound = (name: string, unpack: (data: Buffer, most: number) => Buffer): void => {
    const kind = kinds[name] as Unpacker | undefined;
    if (!kind) return;
    kind.decompressSync = (data) => {
      const packed = Buffer.isBuffer(data) ? data : data.buffer;
      // A batch may say that it ends before its head does: the client would go back, for ever.
      if (packed.length === 0) throw new UnreadableBatch("a batch of messages has no length");
      const unpacked = orUnreadable(() => unpack(packed, left));
      left -= unpacked.length;
      return unpacked;
    };
  };
  const { decompressSync: snappy } = kinds["snappy"] as Unpacker;
  const { decompressSync: lz4 } = kinds["lz4"] as Unpacker;
  bound("gzip", (data, most) => zlib.gunzipSync(data, { maxOutputLength: most }));
  bound("zstd", (data, most) => zlib.zstdDecompressSync(data, { maxOutputLength: most }));
  bound("snappy", (data, most) => {
    refuseMore(snappyBytes(data), most);
    return snappy(data);
  });
  bound("lz4", (data, most) => {
    refuseMore(mostLz4Bytes(data), most);
    return lz4(data);
  });
  return {
    reset: () => {
      left = MAX_UNPACKED_BYTES;
    },
  };
}

/** What the client reads bytes with. */
interface BytesReader {
  position: number;
  readVarIntBytes(): Buffer | null;
}

/**
 * Makes the client refuse lengths below nothing: it goes back by them, and reads the same bytes
 * again without end.
 */
export function refuseGoingBack(reader: BytesReader): void {
  const { readVarIntBytes } = reader;
  reader.readVarIntBytes = function readForward(this: BytesReader): Buffer | null {
    const before = this.position;
    const bytes = readVarIntBytes.call(this);
    if (this.position <= before) throw new UnreadableBatch("a length below nothing");
    return bytes;
  };
}

function orUnreadable(unpack: () => Buffer): Buffer {
  try {
    return unpack();
  } catch (error) {
    throw new UnreadableBatch("a batch of messages can't be unpacked", { cause: error });
  }
}

function refuseMore(bytes: number, most: number): void {
  if (bytes > most) throw new RangeError(`${bytes} bytes`);
}

const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEAD_BYTES = 16;

/**
 * What snappy says of itself (https://github.com/google/snappy/blob/main/format_description.txt);
 * Java's clients put several pieces into a frame of their own.
 */
function snappyBytes(data: Buffer): number {
  if (!data.subarray(0, XERIAL.length).equals(XERIAL)) return readVarint(data, 0);
  let sum = 0;
  for (let at = XERIAL_HEAD_BYTES; at + 4 <= data.length; at += 4 + data.readUInt32BE(at))
    sum += readVarint(data, at + 4);
  return sum;
}

function readVarint(data: Buffer, at: number): number {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = data[at + i] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) break;
  }
  return value;
}

const LZ4_MAGIC = 0x184d2204;
const UNCOMPRESSED = 0x80000000;

/**
 * The most that the blocks of an LZ4 frame can hold
 * (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md).
 */
function mostLz4Bytes(data: Buffer): number {
  if (data.length < 7 || data.readUInt32LE(0) !== LZ4_MAGIC) throw new Error("no LZ4 frame");
  const flags = data.readUInt8(4);
  const blockBytes = 2 ** (8 + 2 * ((data.readUInt8(5) >> 4) & 7));
  let at = 7 + ((flags & 0x08) === 0 ? 0 : 8) + ((flags & 0x01) === 0 ? 0 : 4);
  const checksumBytes = (flags & 0x10) === 0 ? 0 : 4;
  let sum = 0;
  while (at + 4 <= data.length) {
    const size = data.readUInt32LE(at) % UNCOMPRESSED;
    if (size === 0) break;
    // A byte stands for 255 at most.
    sum += Math.min(blockBytes, size * 255);
    at += 4 + size + checksumBytes;
  }
  return sum;
}
