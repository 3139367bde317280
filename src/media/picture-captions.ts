import type { Packet, Stream } from "node-av/lib";
import type { MediaInput } from "./byte-source.ts";
import { decodeLine21, type Line21Pair } from "./captions/cea608.ts";
import { DISCARD_ALL, openInput, type OpenedInput, toMs } from "./ffmpeg.ts";
import { isVideo } from "./source.ts";
import { line21Events, type ReadOptions, type SubtitleEvents } from "./subtitles.ts";

/** Broadcasts send them with every picture, words or none. */
const LOOKED_AT_PICTURES = 120;
const TURN_MS = 50;
/** Two in a picture for a day of television. */
const MAX_PAIRS = 10_000_000;

/**
 * Closed captions that lie in the pictures of a film (CEA-608 in the user data of MPEG-2, H.264 and
 * H.265, ATSC A/53 part 4), at the times that a player shows; null where the first pictures have
 * none.
 */
export async function readPictureCaptions(
  source: MediaInput,
  options: ReadOptions,
): Promise<SubtitleEvents | null> {
  const opened = await openInput(source);
  try {
    const video = opened.streams.find(isVideo);
    const pairs = video && (await readPairs(opened, video, options));
    return pairs ? { events: line21Events(decodeLine21(pairs)), format: "srt" } : null;
  } finally {
    await opened.close();
  }
}

/** All pairs in the order in which pictures are shown; null where the first pictures have none. */
async function readPairs(
  { av, input, streams, readPacket }: OpenedInput,
  video: Stream,
  { signal, onProgress }: ReadOptions,
): Promise<readonly Line21Pair[] | null> {
  for (const other of streams)
    if (other.index !== video.index) other.discard = DISCARD_ALL as typeof other.discard;
  const zeroMs = toMs(input.startTime, { num: 1, den: 1_000_000 }) ?? 0;
  const pairs: Line21Pair[] = [];
  let [pictures, lastMs, isThere] = [0, 0, false];
  let turn = performance.now();
  const packet = new av.Packet();
  try {
    packet.alloc();
    while ((await nextOf(readPacket, packet)) && pairs.length < MAX_PAIRS) {
      const picture = pictureOf(packet, video, zeroMs);
      packet.unref();
      if (!picture) continue;
      const { triplets, atMs } = picture;
      isThere ||= triplets.length > 0;
      if (++pictures >= LOOKED_AT_PICTURES && !isThere) return null;
      lastMs = Math.max(lastMs, atMs);
      pairs.push(...pairsOf(triplets, atMs));
      if (performance.now() - turn < TURN_MS) continue;
      await new Promise(setImmediate);
      signal.throwIfAborted();
      onProgress(lastMs);
      turn = performance.now();
    }
  } finally {
    packet.free();
  }
  if (!isThere) return null;
  const end = { atMs: lastMs, first: PADDING, second: PADDING };
  return [...pairs.toSorted((a, b) => a.atMs - b.atMs), end];
}

function pictureOf(
  packet: Packet,
  { index, timeBase }: Stream,
  zeroMs: number,
): { readonly triplets: Buffer; readonly atMs: number } | undefined {
  const atMs = toMs(packet.pts, timeBase);
  const { data } = packet;
  if (packet.streamIndex !== index || !data || atMs === null) return undefined;
  return { triplets: captionBytes(data), atMs: Math.round(atMs - zeroMs) };
}

async function nextOf(readPacket: OpenedInput["readPacket"], packet: Packet): Promise<boolean> {
  const answer = readPacket(packet);
  return (typeof answer === "number" ? answer : await answer) >= 0;
}

/** `GA94` and the type of captions: what stands before them in all of these codecs. */
const MARK = Buffer.from("GA94\u0003", "latin1");
/** Of three bytes each. */
const MAX_TRIPLETS = 31;

/** The triplets of a picture: a mark of validity and field, and two bytes. */
function captionBytes(picture: Buffer): Buffer {
  const at = picture.indexOf(MARK);
  if (at < 0) return Buffer.alloc(0);
  const head = picture.subarray(at + MARK.length);
  const count = (head[0] ?? 0) & MAX_TRIPLETS;
  return unescapeBytes(head.subarray(2), count * 3);
}

/** H.264 and H.265 put a 3 behind two zeros, so that nothing looks like the start of a unit. */
function unescapeBytes(bytes: Buffer, length: number): Buffer {
  const plain: number[] = [];
  for (let i = 0, zeros = 0; i < bytes.length && plain.length < length; i++) {
    const byte = bytes[i] ?? 0;
    if (zeros >= 2 && byte === 3) zeros = 0;
    else {
      plain.push(byte);
      zeros = byte === 0 ? zeros + 1 : 0;
    }
  }
  return Buffer.from(plain);
}

/** Valid, and of the first field: the lowest three bits. */
const FIRST_FIELD = 0b100;
/** Nothing, with its bit of parity. */
const PADDING = 0x80;

/** The pairs of the first field that a picture carries. */
export const pairsOfPicture = (picture: Buffer, atMs: number): Line21Pair[] =>
  pairsOf(captionBytes(picture), atMs);

function pairsOf(triplets: Buffer, atMs: number): Line21Pair[] {
  const pairs: Line21Pair[] = [];
  for (let at = 0; at + 2 < triplets.length; at += 3) {
    const [mark = 0, first = 0, second = 0] = triplets.subarray(at, at + 3);
    const isEmpty = (first & 0x7f) === 0 && (second & 0x7f) === 0;
    if (mark % 8 === FIRST_FIELD && !isEmpty) pairs.push({ atMs, first, second });
  }
  return pairs;
}
