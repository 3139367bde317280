import type { Segment } from "../types.ts";
import type { Embedder, PassageVectors, TextPart } from "./embedder.ts";

/**
 * Of UTF-8: about sixty English words, what one person says on one thing. A new passage begins
 * every half of that.
 */
const PASSAGE_BYTES = 320;
const STRIDE_BYTES = 160;
/** A passage ends at a silence longer than this, because what follows is another subject. */
const PASSAGE_PAUSE_MS = 30_000;

export interface ContextOptions {
  readonly signal?: AbortSignal | undefined;
  /** Learns which share of the work is done, 0 to 1. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/** Texts that are embedded between two looks at the signal. */
const BATCH = 32;

/**
 * A vector for every segment of a transcript: the mean of its own, of the passages that it is part
 * of, and of what it means inside of these, so that its inner product with a question is the mean
 * of these cosines. What was said is often clear only from what was said around it; bench/README.md
 * has what this brings. Not of unit length: a segment that has little to do with its passages is
 * shorter. A model that gives no states of tokens makes two of the three. What this makes is named
 * by `Recipe`.
 */
export async function embedInContext(
  segments: readonly Segment[],
  embedder: Pick<Embedder, "embed" | "embedPassages">,
  { signal, onProgress }: ContextOptions = {},
): Promise<Float32Array[]> {
  const passages = passagesOf(segments);
  const total = segments.length + passages.length;
  const inBatches = async <Item, Made>(
    items: readonly Item[],
    before: number,
    make: (batch: readonly Item[]) => Promise<readonly Made[]>,
  ): Promise<Made[]> => {
    const made: Made[] = [];
    for (let at = 0; at < items.length; at += BATCH) {
      signal?.throwIfAborted();
      made.push(...(await make(items.slice(at, at + BATCH))));
      onProgress?.((before + made.length) / total);
    }
    return made;
  };
  const own = await inBatches(
    segments.map(({ text }) => text),
    0,
    (texts) => embedder.embed(texts, { as: "passage", signal }),
  );
  const parts = passages.map(({ from, to }) => passageParts(segments.slice(from, to)));
  const embedPassages = (batch: readonly (readonly TextPart[])[]): Promise<PassageVectors[]> =>
    embedder.embedPassages?.(batch, signal) ?? embedWhole(batch, embedder, signal);
  const vectors = await inBatches(parts, segments.length, embedPassages);
  return mixAll(own, passages, vectors);
}

async function embedWhole(
  passages: readonly (readonly TextPart[])[],
  embedder: Pick<Embedder, "embed">,
  signal: AbortSignal | undefined,
): Promise<PassageVectors[]> {
  const texts = passages.map((parts) =>
    parts.map(({ before, text }) => (before === "" ? text : `${before} ${text}`)).join(" "),
  );
  const wholes = await embedder.embed(texts, { as: "passage", signal });
  return wholes.map((whole) => ({ whole, parts: [] }));
}

function mixAll(
  own: readonly Float32Array[],
  passages: readonly Passage[],
  vectors: readonly PassageVectors[],
): Float32Array[] {
  const around = own.map((): Float32Array[] => []);
  const inside = own.map((): Float32Array[] => []);
  passages.forEach(({ from, to }, i) => {
    const { whole, parts } = vectors[i] as PassageVectors;
    for (let at = from; at < to; at++) {
      around[at]?.push(whole);
      const part = parts[at - from];
      if (part) inside[at]?.push(part);
    }
  });
  return own.map((vector, at) => {
    const means = [around[at], inside[at]].flatMap((some) => (some?.length ? [mean(some)] : []));
    const [passage, late] = means;
    return mean([vector, ...(passage ? [passage] : []), ...(late ? [unit(late)] : [])]);
  });
}

function mean(vectors: readonly Float32Array[]): Float32Array {
  const [first] = vectors as readonly [Float32Array];
  if (vectors.length === 1) return first;
  return first.map(
    (_, i) => vectors.reduce((sum, vector) => sum + (vector[i] as number), 0) / vectors.length,
  );
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length > 0 ? vector.map((value) => value / length) : vector;
}

/** Segments in a row: from the first number up to, not including, the last. */
interface Passage {
  readonly from: number;
  readonly to: number;
}

/** A segment that would be its own passage has none: there is nothing to add. */
function passagesOf(segments: readonly Segment[]): Passage[] {
  const passages: Passage[] = [];
  for (let start = 0; start < segments.length;) {
    const end = endOfTalk(segments, start);
    for (let from = start; ;) {
      const to = reach(segments, from, end, PASSAGE_BYTES);
      if (to - from > 1) passages.push({ from, to });
      if (to === end) break;
      from = reach(segments, from, end, STRIDE_BYTES);
    }
    start = end;
  }
  return passages;
}

function endOfTalk(segments: readonly Segment[], start: number): number {
  let end = start + 1;
  while (
    end < segments.length &&
    (segments[end]?.startMs ?? 0) - (segments[end - 1]?.endMs ?? 0) <= PASSAGE_PAUSE_MS
  )
    end++;
  return end;
}

/** Finds the segment before which this number of bytes of text end. */
function reach(segments: readonly Segment[], from: number, end: number, bytes: number): number {
  let [to, passed] = [from, 0];
  while (to < end && passed < bytes) passed += Buffer.byteLength(segments[to++]?.text ?? "");
  return to;
}

/** The name of a speaker goes before what the speaker says. */
const passageParts = (segments: readonly Segment[]): TextPart[] =>
  segments.map(({ speaker, text }, at) => ({
    before: speaker !== null && speaker !== segments[at - 1]?.speaker ? `${speaker}:` : "",
    text,
  }));
