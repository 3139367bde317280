import { constants, open } from "node:fs/promises";
import { extname } from "node:path";
import { looksLikeTelephone } from "./telephone.ts";

/** Names that are taken for media unseen; what they really hold shows when they are read. */
const MEDIA_EXTENSIONS = new Set(
  (
    "wav wave w64 rf64 mp3 mp2 mp1 mpga m4a m4b m4r aac adts flac ogg oga ogv opus spx mp4 m4v mov qt 3gp 3g2 mkv mka webm weba avi mxf ts mts m2ts m2t " +
    "mpg mpeg mpe vob m2v flv f4v wmv wma asf aif aiff aifc caf amr awb au snd ac3 eac3 dts mlp ape wv tta dv gxf rm rmvb ra voc"
  )
    .split(" ")
    .map((name) => `.${name}`),
);

/** Names of things that are common beside media and never media themselves: not worth opening. */
const OTHER_EXTENSIONS = new Set(
  (
    "txt md rst pdf doc docx odt rtf xls xlsx csv tsv ppt pptx html htm xml json yaml yml toml ini log jpg jpeg png gif bmp tif tiff webp heic svg psd ico " +
    "avif avifs heif hif jxl jp2 j2k cr2 cr3 crw nef nrw arw srf sr2 dng orf rw2 raf pef srw 3fr erf kdc mos mrw rwl x3f " +
    "zip gz bz2 xz zst 7z rar tar iso dmg exe dll so js ts.map jsx tsx css py rb go rs c h cpp java class sh sqlite db sqlite-wal sqlite-shm onnx nfo lrc sub idx sup part crdownload tmp bak"
  )
    .split(" ")
    .map((name) => `.${name}`),
);

/** What a file's name says: to be indexed, to be left alone, or to be opened to see. */
export function candidateByName(name: string): "media" | "skip" | "sniff" {
  const extension = extname(name).toLowerCase();
  if (MEDIA_EXTENSIONS.has(extension)) return "media";
  return OTHER_EXTENSIONS.has(extension) ? "skip" : "sniff";
}

export const HEAD_BYTES = 4096;

/** The first bytes of a file. Rejects with the system's error when it can't be read. */
export async function readHead(path: string, maxBytes: number): Promise<Buffer> {
  // A pipe is not waited for: it fails to be read at a place.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const head = Buffer.alloc(maxBytes);
    const { bytesRead } = await file.read(head, 0, maxBytes, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/**
 * Whether the content begins like audio or video. Rejects with the system's error when it can't be
 * read.
 */
export async function sniffFile(path: string): Promise<"media" | "not-media"> {
  const head = await readHead(path, HEAD_BYTES);
  return looksLikeMedia(head) || looksLikeTelephone(path, head) ? "media" : "not-media";
}

const ascii = (head: Buffer, offset: number, text: string): boolean =>
  head.toString("latin1", offset, offset + text.length) === text;
const starts = (head: Buffer, ...bytes: readonly number[]): boolean =>
  bytes.every((byte, i) => head[i] === byte);

/**
 * Brands of still pictures in the container that films use (ISO/IEC 14496-12 and 23008-12, AVIF,
 * JPEG 2000, Canon CR3), so that a folder of photos is no folder of broken films.
 */
const PICTURE_BRANDS = new Set(
  "avif avis heic heix heim heis hevc hevx mif1 msf1 miaf crx_ jp2_ jpx_ jpm_ jxl_"
    .replaceAll("_", " ")
    .split(/ (?=\S)/),
);

const isPicture = (head: Buffer): boolean =>
  (ascii(head, 4, "ftyp") && PICTURE_BRANDS.has(head.toString("latin1", 8, 12))) ||
  ascii(head, 4, "jP  ") ||
  ascii(head, 4, "JXL ");

/** Signatures of the containers' specifications. */
export function looksLikeMedia(head: Buffer): boolean {
  if (head.length < 12 || isPicture(head)) return false;
  if (ascii(head, 0, "RIFF") || ascii(head, 0, "RF64") || ascii(head, 0, "RIFX"))
    return ["WAVE", "AVI "].some((kind) => ascii(head, 8, kind));
  if (ascii(head, 0, "FORM")) return ascii(head, 8, "AIF");
  if (
    [
      "ID3",
      "fLaC",
      "OggS",
      "FLV\u0001",
      "caff",
      "#!AMR",
      ".snd",
      "riff\u002e\u0091\u00cf\u0011",
      "wvpk",
      ".RMF",
      "MAC ",
      "TTA1",
      "Creative Voice File",
    ].some((magic) => ascii(head, 0, magic))
  )
    return true;
  if (["ftyp", "moov", "mdat", "wide", "free", "skip", "pnot"].some((box) => ascii(head, 4, box)))
    return head.readUInt32BE(0) !== 0 || ascii(head, 4, "mdat");
  if (starts(head, 0x1a, 0x45, 0xdf, 0xa3)) return true; // EBML: Matroska, WebM
  if (starts(head, 0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11)) return true; // ASF
  if (starts(head, 0, 0, 1, 0xba) || starts(head, 0, 0, 1, 0xb3)) return true; // MPEG program stream
  if (head.indexOf(Buffer.from([0x06, 0x0e, 0x2b, 0x34, 0x02, 0x05, 0x01, 0x01])) >= 0) return true; // MXF partition, run-in allowed
  return isTransportStream(head) || isMpegAudio(head);
}

/**
 * Sync bytes at packet distance: 188, or 192 with a time code before each packet (ISO/IEC 13818-1).
 */
function isTransportStream(head: Buffer): boolean {
  return [
    [188, 0],
    [192, 4],
    [204, 0],
  ].some(
    ([size = 188, offset = 0]) =>
      head.length > offset + 4 * size &&
      [0, 1, 2, 3, 4].every((n) => head[offset + n * size] === 0x47),
  );
}

const BIT_RATES = [
  [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
] as const;
const SAMPLE_RATES = [44_100, 48_000, 32_000] as const;

/**
 * Length of an MPEG audio or ADTS frame at `at`, 0 when there is none (ISO/IEC 11172-3, 13818-3,
 * 14496-3).
 */
function frameLength(head: Buffer, offset: number): number {
  const [sync, second, third] = [head[offset] ?? 0, head[offset + 1] ?? 0, head[offset + 2] ?? 0];
  if (sync !== 0xff || (second & 0xe0) !== 0xe0) return 0;
  const layer = (second >> 1) & 3;
  if (layer === 0)
    return (second & 0xf0) === 0xf0
      ? (((head[offset + 3] ?? 0) & 3) << 11) |
          ((head[offset + 4] ?? 0) << 3) |
          ((head[offset + 5] ?? 0) >> 5)
      : 0;
  const version = (second >> 3) & 3; // 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5
  const rate = SAMPLE_RATES[(third >> 2) & 3];
  if (version === 1 || rate === undefined) return 0;
  const lowRateTable = layer === 3 ? 3 : 4;
  const table = version === 3 ? 3 - layer : lowRateTable;
  const kilobits = BIT_RATES[table]?.[third >> 4];
  if (!kilobits) return 0;
  // The rates of MPEG-2 are half, those of MPEG-2.5 a quarter of those of MPEG-1.
  const hertz = rate / ([4, 1, 2, 1][version] ?? 1);
  const padding = (third >> 1) & 1;
  if (layer === 3) return (Math.floor((12_000 * kilobits) / hertz) + padding) * 4;
  return (
    Math.floor(((version !== 3 && layer === 1 ? 72_000 : 144_000) * kilobits) / hertz) + padding
  );
}

/** Three frames in a row: a lone sync word is common in any data. */
function isMpegAudio(head: Buffer): boolean {
  let offset = 0;
  for (let frames = 0; frames < 3; frames++) {
    const length = frameLength(head, offset);
    if (length < 7) return false;
    offset += length;
    if (offset + 6 > head.length) return frames > 0;
  }
  return true;
}
