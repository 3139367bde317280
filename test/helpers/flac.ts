/** FLAC (RFC 9639) of constant blocks: a block of 65,535 samples takes some 14 bytes. */
export function constantFlac({
  sampleRate,
  blocks,
  blockSize = 65_535,
}: {
  readonly sampleRate: number;
  readonly blocks: number;
  readonly blockSize?: number;
}): Buffer {
  const info = Buffer.alloc(34);
  info.writeUInt16BE(blockSize, 0);
  info.writeUInt16BE(blockSize, 2);
  // 20 bits of the rate, 3 of the channels less one, 5 of the bits a sample less one, 36 of the
  // length.
  info.writeBigUInt64BE(
    (BigInt(sampleRate) << 44n) | (15n << 36n) | (BigInt(blocks * blockSize) & 0xf_ffff_ffffn),
    10,
  );
  const frames = Array.from({ length: blocks }, (_, number) => frame(number, blockSize));
  return Buffer.concat([Buffer.from("fLaC\x80\x00\x00\x22", "latin1"), info, ...frames]);
}

function frame(number: number, blockSize: number): Buffer {
  const head = Buffer.from([
    0xff,
    0xf8,
    // Block size in 16 bits at the end of the header, rate as in the stream's; one channel, 16
    // bits.
    0x70,
    0x08,
    ...codedNumber(number),
    (blockSize - 1) >> 8,
    (blockSize - 1) & 255,
  ]);
  const subframe = Buffer.from([0, 0, 0]);
  const body = Buffer.concat([head, Buffer.from([crc(head, 8, 0x07)]), subframe]);
  const sum = crc(body, 16, 0x8005);
  return Buffer.concat([body, Buffer.from([sum >> 8, sum & 255])]);
}

/** As UTF-8 codes a character. */
function codedNumber(number: number): number[] {
  if (number < 0x80) return [number];
  if (number < 0x800) return [0xc0 | (number >> 6), 0x80 | (number & 63)];
  return [0xe0 | (number >> 12), 0x80 | ((number >> 6) & 63), 0x80 | (number & 63)];
}

function crc(bytes: Buffer, bits: 8 | 16, polynomial: number): number {
  const [top, mask] = [1 << (bits - 1), (1 << bits) - 1];
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << (bits - 8);
    for (let i = 0; i < 8; i++) sum = (sum & top ? (sum << 1) ^ polynomial : sum << 1) & mask;
  }
  return sum;
}
