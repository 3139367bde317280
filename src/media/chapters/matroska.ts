import type { Chapter } from "../../types.ts";
import type { ByteSource } from "../byte-source.ts";
import { readBytes } from "../file-bytes.ts";
import { MAX_BYTES, MAX_CHAPTERS, MAX_SIBLINGS, UNKNOWN_END } from "./bounds.ts";

// Ids of RFC 8794 (EBML) and RFC 9559 (Matroska).
export const EBML = 0x1a45dfa3;
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
const HIDDEN = 0x98;
const ENABLED = 0x4598;
/** No program nests them deeper, and a file that does is damaged. */
const MAX_DEPTH = 4;

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

export async function matroskaChapters(source: ByteSource): Promise<readonly Chapter[]> {
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
      if (atom.id === ATOM) addAtom(bytes, atom, [], chapters);
    break;
  }
  return chapters;
}

/** Chapters may have chapters in them: `Part 1: The harbour`. */
function addAtom(
  bytes: Buffer,
  atom: Element,
  above: readonly string[],
  chapters: Chapter[],
): void {
  const { chapter, isShown, within } = readAtom(bytes, atom);
  if (chapters.length >= MAX_CHAPTERS || above.length > MAX_DEPTH || !isShown) return;
  const titles = chapter.title === "" ? above : [...above, chapter.title];
  if (chapter.title !== "" && within.length === 0)
    chapters.push({ ...chapter, title: titles.join(": ") });
  for (const one of within) addAtom(bytes, one, titles, chapters);
}

interface Atom {
  readonly chapter: Chapter;
  readonly isShown: boolean;
  readonly within: readonly Element[];
}

function readAtom(bytes: Buffer, atom: Element): Atom {
  let [startMs, endMs, title, isShown] = [0, UNKNOWN_END, "", true];
  const within: Element[] = [];
  for (const part of inner(bytes, atom.start, atom.end)) {
    if (part.id === TIME_START) startMs = Math.round(numberOf(bytes, part) / 1e6);
    else if (part.id === TIME_END) endMs = Math.round(numberOf(bytes, part) / 1e6);
    else if (part.id === HIDDEN) isShown &&= numberOf(bytes, part) === 0;
    else if (part.id === ENABLED) isShown &&= numberOf(bytes, part) !== 0;
    else if (part.id === ATOM) within.push(part);
    else if (part.id === DISPLAY && title === "") title = displayText(bytes, part);
  }
  return { chapter: { startMs, endMs, title }, isShown, within };
}

function displayText(bytes: Buffer, display: Element): string {
  for (const part of inner(bytes, display.start, display.end))
    if (part.id === CHAP_STRING) return bytes.toString("utf8", part.start, part.end);
  return "";
}
