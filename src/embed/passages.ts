import type { Segment } from "../types.ts";

/**
 * Of UTF-8: about sixty English words, what one person says on one thing. A new passage begins
 * every half of that.
 */
const PASSAGE_BYTES = 320;
const STRIDE_BYTES = 160;
/** A passage ends at a silence longer than this, because what follows is another subject. */
const PASSAGE_PAUSE_MS = 30_000;

/**
 * What a library is marked with: its vectors are not those of the model alone, and must never be
 * compared with others. The name changes when
 * `embedInContext` makes other vectors of the same segments.
 */
export const passageModelId = (embedder: string): string => `${embedder}+passages`;

/**
 * A vector for every segment of a transcript: the mean of its own and of the passages that it is
 * part of, so that its inner product with a question is the mean of both cosines. What was said is
 * often clear only from what was said around it; bench/README.md has what this brings. Not of unit
 * length: a segment that has little to do with its passages is shorter.
 *
 * @param embed makes vectors of unit length, one a text.
 */
export async function embedInContext(
  segments: readonly Segment[],
  embed: (texts: readonly string[]) => Promise<readonly Float32Array[]>,
): Promise<Float32Array[]> {
  const passages = passagesOf(segments);
  const vectors = await embed([
    ...segments.map(({ text }) => text),
    ...passages.map((passage) => passageText(segments.slice(passage.from, passage.to))),
  ]);
  const around = segments.map((): Float32Array[] => []);
  passages.forEach(({ from, to }, i) => {
    for (let at = from; at < to; at++)
      around[at]?.push(vectors[segments.length + i] as Float32Array);
  });
  return segments.map((_, at) => mixed(vectors[at] as Float32Array, around[at] ?? []));
}

function mixed(own: Float32Array, around: readonly Float32Array[]): Float32Array {
  if (around.length === 0) return own;
  return own.map(
    (value, i) =>
      value / 2 +
      around.reduce((sum, vector) => sum + (vector[i] as number), 0) / around.length / 2,
  );
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
function passageText(segments: readonly Segment[]): string {
  return segments
    .map(({ speaker, text }, at) =>
      speaker !== null && speaker !== segments[at - 1]?.speaker ? `${speaker}: ${text}` : text,
    )
    .join(" ");
}
