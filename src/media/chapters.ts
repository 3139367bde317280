import type { Chapter } from "../types.ts";
import type { ByteSource, MediaInput } from "./byte-source.ts";
import { bytesOf, readBytes } from "./file-bytes.ts";

/** No list of chapters takes more; what claims more is damaged. */
const MAX_BYTES = 2_000_000;
const MAX_CHAPTERS = 2000;
/** What is looked through for boxes and elements, one beside the other. */
const MAX_SIBLINGS = 200;

/**
 * The chapters of a container, which FFmpeg's binding does not tell: MP4's `chpl`, Matroska's
 * Chapters, `CHAP` of ID3. Empty where there are none, and where they can't be read.
 */
export async function readChapters(input: MediaInput): Promise<readonly Chapter[]> {
  try {
    const source = await bytesOf(input);
    const head = await readBytes(source, 0, 12);
    if (head.toString("latin1", 0, 3) === "ID3") return await id3Chapters(source, head);
    if (head.toString("latin1", 4, 8) === "ftyp") return await mp4Chapters(source);
    if (head.readUInt32BE(0) === EBML) return await matroskaChapters(source);
    return [];
  } catch {
    return [];
  }
}

const UNKNOWN_END = Number.POSITIVE_INFINITY;

interface Box {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** The boxes between two positions (ISO/IEC 14496-12, section 4.2). */
async function* boxes(source: ByteSource, from: number, to: number): AsyncIterable<Box> {
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

async function findBox(
  source: ByteSource,
  within: Pick<Box, "start" | "end">,
  [type, ...more]: readonly string[],
): Promise<Box | undefined> {
  for await (const box of boxes(source, within.start, within.end))
    if (box.type === type) return more.length === 0 ? box : findBox(source, box, more);
  return undefined;
}

/**
 * Nero's list, which FFmpeg and makers of audiobooks write: start in units of 100 ns, and title.
 */
async function mp4Chapters(source: ByteSource): Promise<readonly Chapter[]> {
  const whole = { start: 0, end: source.sizeBytes };
  const box = await findBox(source, whole, ["moov", "udta", "chpl"]);
  if (!box) return [];
  const bytes = await readBytes(source, box.start, Math.min(MAX_BYTES, box.end - box.start));
  const chapters: Chapter[] = [];
  const count = bytes[8] ?? 0;
  for (let at = 9; chapters.length < count && at + 9 <= bytes.length;) {
    const startMs = Math.round(Number(bytes.readBigUInt64BE(at)) / 10_000);
    const length = bytes[at + 8] ?? 0;
    const title = bytes.toString("utf8", at + 9, at + 9 + length);
    chapters.push({ startMs, endMs: UNKNOWN_END, title });
    at += 9 + length;
  }
  return chapters;
}

// Ids of RFC 8794 (EBML) and RFC 9559 (Matroska).
const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const SEEK_HEAD = 0x114d9b74;
const SEEK = 0x4dbb;
const SEEK_ID = 0x53ab;
const SEEK_POSITION = 0x53ac;
const CLUSTER = 0x1f43b675;
const CHAPTERS = 0x1043a770;
const EDITION = 0x45b9;
const ATOM = 0xb6;
const TIME_START = 0x91;
const TIME_END = 0x92;
const DISPLAY = 0x80;
const CHAP_STRING = 0x85;

interface Element {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

/** The element at a position; its sizes may be unknown, which reaches to the end. */
function elementAt(bytes: Buffer, at: number, base: number, limit: number): Element | undefined {
  const idLength = Math.clz32(bytes[at] ?? 0) - 23;
  const sizeLength = Math.clz32(bytes[at + idLength] ?? 0) - 23;
  if (idLength > 4 || sizeLength > 8 || at + idLength + sizeLength > bytes.length) return undefined;
  const id = bytes.readUIntBE(at, idLength);
  let size = (bytes[at + idLength] ?? 0) & ((1 << (8 - sizeLength)) - 1);
  let isUnknown = size === (1 << (8 - sizeLength)) - 1;
  for (let i = 1; i < sizeLength; i++) {
    const byte = bytes[at + idLength + i] ?? 0;
    isUnknown &&= byte === 0xff;
    size = size * 256 + byte;
  }
  const start = base + at + idLength + sizeLength;
  return { id, start, end: isUnknown ? limit : Math.min(limit, start + size) };
}

async function* elements(source: ByteSource, from: number, to: number): AsyncIterable<Element> {
  for (let at = from, count = 0; at < to && count < MAX_SIBLINGS; count++) {
    const found = elementAt(await readBytes(source, at, 12), 0, at, to);
    if (!found) return;
    yield found;
    at = found.end;
  }
}

async function matroskaChapters(source: ByteSource): Promise<readonly Chapter[]> {
  for await (const top of elements(source, 0, source.sizeBytes))
    if (top.id === SEGMENT) return segmentChapters(source, top);
  return [];
}

async function segmentChapters(source: ByteSource, segment: Element): Promise<readonly Chapter[]> {
  let place: number | undefined;
  for await (const part of elements(source, segment.start, segment.end)) {
    if (part.id === CHAPTERS) return readAtoms(await contentOf(source, part));
    if (part.id === SEEK_HEAD) place = soughtPlace(await contentOf(source, part));
    // What follows is sound and pictures; the list of places says what stands behind them.
    if (part.id === CLUSTER) break;
  }
  if (place === undefined) return [];
  const [part] = await Array.fromAsync(
    firstOf(elements(source, segment.start + place, segment.end)),
  );
  return part?.id === CHAPTERS ? readAtoms(await contentOf(source, part)) : [];
}

async function* firstOf<T>(all: AsyncIterable<T>): AsyncIterable<T> {
  for await (const one of all) return yield one;
}

const contentOf = (source: ByteSource, { start, end }: Element): Promise<Buffer> =>
  readBytes(source, start, Math.min(MAX_BYTES, end - start));

/** The elements of a part that is in memory. */
function* inner(bytes: Buffer, from = 0, to = bytes.length): Iterable<Element> {
  for (let at = from; at < to;) {
    const found = elementAt(bytes, at, 0, to);
    if (!found) return;
    yield found;
    at = found.end;
  }
}

const numberOf = (bytes: Buffer, { start, end }: Element): number => {
  let value = 0;
  for (let at = start; at < Math.min(end, start + 8); at++) value = value * 256 + (bytes[at] ?? 0);
  return value;
};

function soughtPlace(bytes: Buffer): number | undefined {
  for (const seek of inner(bytes)) {
    if (seek.id !== SEEK) continue;
    let [id, place] = [0, 0];
    for (const part of inner(bytes, seek.start, seek.end)) {
      if (part.id === SEEK_ID) id = numberOf(bytes, part);
      if (part.id === SEEK_POSITION) place = numberOf(bytes, part);
    }
    if (id === CHAPTERS) return place;
  }
  return undefined;
}

/** The first edition is the one that players show. Times are nanoseconds. */
function readAtoms(bytes: Buffer): readonly Chapter[] {
  const chapters: Chapter[] = [];
  for (const edition of inner(bytes)) {
    if (edition.id !== EDITION) continue;
    for (const atom of inner(bytes, edition.start, edition.end))
      if (atom.id === ATOM && chapters.length < MAX_CHAPTERS) chapters.push(readAtom(bytes, atom));
    break;
  }
  return chapters;
}

function readAtom(bytes: Buffer, atom: Element): Chapter {
  let [startMs, endMs, title] = [0, UNKNOWN_END, ""];
  for (const part of inner(bytes, atom.start, atom.end)) {
    if (part.id === TIME_START) startMs = Math.round(numberOf(bytes, part) / 1e6);
    else if (part.id === TIME_END) endMs = Math.round(numberOf(bytes, part) / 1e6);
    else if (part.id === DISPLAY && title === "")
      for (const text of inner(bytes, part.start, part.end))
        if (text.id === CHAP_STRING) title = bytes.toString("utf8", text.start, text.end);
  }
  return { startMs, endMs, title };
}

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
async function id3Chapters(source: ByteSource, head: Buffer): Promise<readonly Chapter[]> {
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
