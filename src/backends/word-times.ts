import { type ContentDigest, parseFingerprint } from "../fingerprint.ts";
import { formatSelection, parseSelection } from "../selection.ts";
import type { Segment, WordTime } from "../types.ts";
import type { Records } from "./records.ts";

/**
 * When each word of a transcript is said. It stands beside the versions, packed, so that searches
 * read none of it: about 2 bytes a word before compression. It is told by what made the transcript,
 * so that files that move, copies and versions that come back out of the archive have it too.
 */
const KIND = "words";

/** Loaded by those who need it, because that takes three milliseconds. */
const zlib = () => process.getBuiltinModule("node:zlib");

/** A record takes 1 MB; this is some 60 hours of speech. */
const MAX_PACKED_BYTES = 700_000;
/** Bytes of it, unpacked. */
const MAX_BYTES = 20_000_000;

/** Changes by hand and options that did not change the words are no part of it. */
function keyOf(fingerprint: string): string {
  const { content, captions, engine, selection } = parseFingerprint(fingerprint);
  const { track, channels } = parseSelection(selection ?? "");
  const taken = formatSelection({ track, channels });
  return [content, captions, engine, ...(taken === "" ? [] : [taken])].join("|");
}

/** Finer times than hundredths of a second are not known to anybody. */
const UNIT_MS = 10;
const units = (ms: number): number => Math.max(0, Math.round(ms / UNIT_MS));

/**
 * Keeps the words' times of a transcript; where it has none, those of an earlier one go.
 * @returns whether they could be kept: those of more than some 60 hours can't.
 */
export async function writeWordTimes(
  records: Pick<Records, "put" | "remove">,
  fingerprint: string,
  segments: readonly Segment[],
): Promise<boolean> {
  if (!segments.some(({ words }) => words)) {
    await records.remove(KIND, keyOf(fingerprint));
    return true;
  }
  const packed = zlib().deflateRawSync(packWords(segments), { level: 9 });
  const isSmall = packed.length <= MAX_PACKED_BYTES;
  if (isSmall) await records.put(KIND, keyOf(fingerprint), { words: packed.toString("base64") });
  else await records.remove(KIND, keyOf(fingerprint));
  return isSmall;
}

/** Whether words' times of a transcript are kept. */
export const hasWordTimes = async (
  records: Pick<Records, "get">,
  fingerprint: string,
): Promise<boolean> => (await records.get(KIND, keyOf(fingerprint))) !== undefined;

/** The segments with their words, where these are known and the text has as many. */
export async function withWordTimes<S extends Segment>(
  records: Pick<Records, "get">,
  fingerprint: string,
  segments: readonly S[],
): Promise<readonly S[]> {
  const value = await records.get(KIND, keyOf(fingerprint));
  const { words } = (value ?? {}) as { readonly words?: unknown };
  if (typeof words !== "string") return segments;
  try {
    const bytes = zlib().inflateRawSync(Buffer.from(words, "base64"), {
      maxOutputLength: MAX_BYTES,
    });
    return attachWords(segments, unpackWords(bytes));
  } catch {
    // Somebody else may have made the library: what is no list of times is none.
    return segments;
  }
}

/** A record of words' times by its key, and the content that they belong to. */
export interface WordTimesKey {
  readonly key: string;
  readonly content: string;
}

export const listWordTimes = async (
  records: Pick<Records, "listIds">,
): Promise<readonly WordTimesKey[]> =>
  (await records.listIds(KIND)).map((key) => ({ key, content: key.split("|")[0] ?? "" }));

/** Forgets the words' times of every content for which `isGone` holds. */
export async function dropWordTimes(
  records: Pick<Records, "listIds" | "remove">,
  isGone: (content: string) => boolean,
): Promise<void> {
  for (const { key, content } of await listWordTimes(records))
    if (isGone(content)) await records.remove(KIND, key);
}

/** The key of the same words where what the transcript was made of has other digests. */
export function movedWordTimesKey(key: string, from: ContentDigest, to: ContentDigest): string {
  const [, captions, engine, ...taken] = key.split("|");
  // Words of an earlier transcript may be of other captions, which were not moved.
  return [to.content, captions === from.captions ? to.captions : captions, engine, ...taken].join(
    "|",
  );
}

/** Copies one record to another library, unless that has one of the new key already. */
export async function copyWordTimes(
  source: Pick<Records, "get">,
  target: Pick<Records, "get" | "put">,
  key: string,
  newKey: string,
): Promise<void> {
  if ((await target.get(KIND, newKey)) !== undefined) return;
  const value = await source.get(KIND, key);
  if (value !== undefined) await target.put(KIND, newKey, value);
}

/**
 * One byte for each number below 128: of a segment the time since the segment before and how many
 * words it has; of a word the pause before it and its length, and how many letters it has where
 * spaces do not tell.
 */
export function packWords(segments: readonly Segment[]): Uint8Array {
  const bytes: number[] = [];
  let before = 0;
  for (const { startMs, text, words } of segments) {
    if (!words || words.length === 0) continue;
    const start = units(startMs);
    const isSpaced = sameWords(splitWords(text), words);
    pushNumber(bytes, Math.max(0, start - before));
    pushNumber(bytes, words.length * 2 + (isSpaced ? 0 : 1));
    before = Math.max(before, start);
    let at = before;
    for (const word of words) {
      const from = Math.max(at, units(word.startMs));
      const until = Math.max(from, units(word.endMs));
      pushNumber(bytes, from - at);
      pushNumber(bytes, until - from);
      if (!isSpaced) pushNumber(bytes, word.text.length);
      at = until;
    }
  }
  return Uint8Array.from(bytes);
}

const splitWords = (text: string): readonly string[] => text.split(" ");
const sameWords = (texts: readonly string[], words: readonly WordTime[]): boolean =>
  texts.length === words.length && texts.every((text, i) => text === words[i]?.text);

function pushNumber(bytes: number[], value: number): void {
  let left = value;
  for (; left > 127; left = Math.floor(left / 128)) bytes.push((left % 128) + 128);
  bytes.push(left);
}

interface PackedWord {
  readonly startMs: number;
  readonly endMs: number;
  /** null where spaces tell the words apart. */
  readonly letters: number | null;
}

/** Words by the beginning of their segment, in units. */
function unpackWords(bytes: Uint8Array): ReadonlyMap<number, readonly PackedWord[]> {
  const wordsBySegment = new Map<number, readonly PackedWord[]>();
  let position = 0;
  const next = (): number => {
    let value = 0;
    for (let scale = 1; position < bytes.length; scale *= 128) {
      const byte = bytes[position++] ?? 0;
      value += (byte % 128) * scale;
      if (byte < 128) break;
    }
    return value;
  };
  let start = 0;
  while (position < bytes.length) {
    start += next();
    const head = next();
    const words: PackedWord[] = [];
    let at = start;
    for (let left = Math.floor(head / 2); left > 0 && position < bytes.length; left--) {
      const from = at + next();
      at = from + next();
      const letters = head % 2 === 1 ? next() : null;
      words.push({ startMs: from * UNIT_MS, endMs: at * UNIT_MS, letters });
    }
    wordsBySegment.set(start, words);
  }
  return wordsBySegment;
}

const attachWords = <S extends Segment>(
  segments: readonly S[],
  known: ReadonlyMap<number, readonly PackedWord[]>,
): readonly S[] =>
  segments.map((segment) => {
    const packed = known.get(units(segment.startMs));
    const words = packed && spellWords(segment.text, packed);
    return words ? { ...segment, words } : segment;
  });

/** The words of a text with their times; undefined for a text of other words than was timed. */
function spellWords(text: string, packed: readonly PackedWord[]): WordTime[] | undefined {
  const isSpaced = packed.every(({ letters }) => letters === null);
  const texts = isSpaced ? splitWords(text) : cutText(text, packed);
  if (texts?.length !== packed.length) return undefined;
  return packed.map(({ startMs, endMs }, i) => ({ text: texts[i] ?? "", startMs, endMs }));
}

function cutText(text: string, packed: readonly PackedWord[]): readonly string[] | undefined {
  const texts: string[] = [];
  let at = 0;
  for (const { letters } of packed) {
    while (text[at] === " ") at++;
    texts.push(text.slice(at, at + (letters ?? 0)));
    at += letters ?? 0;
  }
  return at === text.length ? texts : undefined;
}
