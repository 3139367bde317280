import { extname } from "node:path";
import type { ByteSource, MediaInput } from "./byte-source.ts";
import { bytesOf } from "./file-bytes.ts";

/** How a raw file of a telephone system is to be read. */
interface RawFormat {
  /** The tag of WAVEFORMATEX (RFC 2361); null where FFmpeg reads the file by its name. */
  readonly waveTag: number | null;
  readonly bitsPerSample: number;
  readonly sampleRate: number;
}

const raw = (waveTag: number | null, bitsPerSample: number, sampleRate = 8000): RawFormat => ({
  waveTag,
  bitsPerSample,
  sampleRate,
});
const MULAW = raw(7, 8);
const ALAW = raw(6, 8);
const BY_NAME = raw(null, 8);

/**
 * Sound as telephone systems keep it, without a header: only the name tells what it is. One channel
 * of 8 kHz each, as ITU-T G.711, G.722 and G.729, GSM 06.10, Dialogic (OKI) ADPCM and Asterisk's
 * signed linear have it.
 */
const RAW_FORMATS: ReadonlyMap<string, RawFormat> = new Map([
  [".ul", MULAW],
  [".ulaw", MULAW],
  [".mulaw", MULAW],
  [".pcmu", MULAW],
  [".al", ALAW],
  [".alaw", ALAW],
  [".pcma", ALAW],
  [".vox", raw(0x10, 4)],
  [".sln", raw(1, 16)],
  [".sln16", raw(1, 16, 16_000)],
  [".gsm", BY_NAME],
  [".g722", BY_NAME],
  [".722", BY_NAME],
  [".g729", BY_NAME],
]);

/** Less is no speech, and more likely something else with the same ending. */
const MIN_BYTES = 160;
/** The marks of files that are called so too: models of voxels, archives. */
const OTHERS = ["VOX ", "PK\u0003\u0004", "\u007fELF", "!<arch>"];

/**
 * Whether a file without a header may be sound of a telephone system, by its name and beginning.
 */
export function looksLikeTelephone(name: string, head: Buffer): boolean {
  const extension = extname(name).toLowerCase();
  if (!RAW_FORMATS.has(extension) || head.length < MIN_BYTES) return false;
  const text = head.toString("latin1");
  if (OTHERS.some((mark) => text.startsWith(mark))) return false;
  // Every frame of GSM 06.10 begins with these bits (RFC 3551, section 4.5.8.1).
  if (extension === ".gsm") return head[0] !== undefined && head[0] >> 4 === 0xd;
  const printable = head.filter((byte) => byte === 9 || byte === 10 || (byte >= 32 && byte < 127));
  return printable.length < head.length * 0.9;
}

export const isTelephoneName = (name: string): boolean =>
  RAW_FORMATS.has(extname(name).toLowerCase());

/**
 * Puts the header before raw sound that it lacks; undefined for all other files.
 * @param head how the file begins
 */
export async function withHeader(
  source: MediaInput,
  name: string,
  head: Buffer,
): Promise<ByteSource | undefined> {
  const format = RAW_FORMATS.get(extname(name).toLowerCase());
  if (!format || format.waveTag === null || !looksLikeTelephone(name, head)) return undefined;
  const body = await bytesOf(source);
  const header = waveHeader(format, format.waveTag, body.sizeBytes);
  return {
    name: body.name,
    sizeBytes: header.length + body.sizeBytes,
    read: async (position, length) =>
      position < header.length
        ? header.subarray(position, position + length)
        : body.read(position - header.length, length),
  };
}

/** RIFF WAVE of one channel (Multimedia Programming Interface and Data Specifications 1.0). */
function waveHeader(
  { bitsPerSample, sampleRate }: RawFormat,
  waveTag: number,
  bodyBytes: number,
): Buffer {
  const header = Buffer.alloc(44);
  // A body of more than 4 GB reaches to the end of the file, as FFmpeg reads it.
  const size = (bytes: number): number => Math.min(0xffff_ffff, bytes);
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(size(36 + bodyBytes), 4);
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(waveTag, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE((sampleRate * bitsPerSample) / 8, 28);
  header.writeUInt16LE(Math.max(1, bitsPerSample / 8), 32);
  header.writeUInt16LE(bitsPerSample, 34);
  header.write("data", 36, "latin1");
  header.writeUInt32LE(size(bodyBytes), 40);
  return header;
}
