import { munkres } from "munkres";

/** Somebody speaks from here to there, in milliseconds. */
export interface Turn {
  readonly startMs: number;
  readonly endMs: number;
  readonly speaker: string | number;
}

/** Milliseconds of speech; each person who speaks at the same time counts. */
export interface SpeakerErrors {
  /** Of the reference. */
  readonly speechMs: number;
  readonly missedMs: number;
  /** Speech that the reference does not have. */
  readonly madeUpMs: number;
  /** Speech that was given to another person. */
  readonly confusedMs: number;
}

/** A stretch within which nobody begins or ends, and who speaks in it. */
interface Stretch {
  readonly durationMs: number;
  readonly reference: ReadonlySet<string | number>;
  readonly heard: ReadonlySet<string | number>;
}

/**
 * The parts of the diarisation error rate, as NIST's md-eval and pyannote.metrics count them: the
 * speakers that were heard are paired with those of the reference so that most speech fits, and
 * overlapping speech counts for each person. Times within `collarMs` of the beginning or end of a
 * reference turn do not count.
 */
export function speakerErrors(
  reference: readonly Turn[],
  heard: readonly Turn[],
  collarMs: number,
): SpeakerErrors {
  const stretches = toStretches(reference, heard, collarMs);
  const partner = pairSpeakers(stretches);
  const errors = { speechMs: 0, missedMs: 0, madeUpMs: 0, confusedMs: 0 };
  for (const { durationMs, reference: right, heard: got } of stretches) {
    const fitting = [...right].filter((who) => got.has(partner.get(who) ?? "")).length;
    errors.speechMs += durationMs * right.size;
    errors.missedMs += durationMs * Math.max(0, right.size - got.size);
    errors.madeUpMs += durationMs * Math.max(0, got.size - right.size);
    errors.confusedMs += durationMs * (Math.min(right.size, got.size) - fitting);
  }
  return errors;
}

/** The diarisation error rate; 0 where nobody speaks and nobody was heard. */
export function speakerErrorRate({
  speechMs,
  missedMs,
  madeUpMs,
  confusedMs,
}: SpeakerErrors): number {
  const wrongMs = missedMs + madeUpMs + confusedMs;
  return wrongMs === 0 ? 0 : wrongMs / Math.max(1, speechMs);
}

export const sumSpeakerErrors = (all: readonly SpeakerErrors[]): SpeakerErrors =>
  all.reduce(
    (sum, one) => ({
      speechMs: sum.speechMs + one.speechMs,
      missedMs: sum.missedMs + one.missedMs,
      madeUpMs: sum.madeUpMs + one.madeUpMs,
      confusedMs: sum.confusedMs + one.confusedMs,
    }),
    { speechMs: 0, missedMs: 0, madeUpMs: 0, confusedMs: 0 },
  );

interface Edge {
  readonly atMs: number;
  readonly by: 1 | -1;
  readonly who: Map<string | number, number>;
  readonly name: string | number;
}

const COLLAR = "collar";

function toStretches(
  reference: readonly Turn[],
  heard: readonly Turn[],
  collarMs: number,
): readonly Stretch[] {
  const [right, got, collars] = [new Map(), new Map(), new Map()] as const;
  const edges = [
    ...edgesOf(reference, right),
    ...edgesOf(heard, got),
    ...edgesOf(collarMs > 0 ? reference.flatMap((turn) => collarsOf(turn, collarMs)) : [], collars),
  ].toSorted((a, b) => a.atMs - b.atMs);
  const stretches: Stretch[] = [];
  edges.forEach(({ atMs, by, who, name }, i) => {
    const count = (who.get(name) ?? 0) + by;
    if (count === 0) who.delete(name);
    else who.set(name, count);
    const durationMs = (edges[i + 1]?.atMs ?? atMs) - atMs;
    if (durationMs > 0 && collars.size === 0 && right.size + got.size > 0)
      stretches.push({
        durationMs,
        reference: new Set(right.keys()),
        heard: new Set(got.keys()),
      });
  });
  return stretches;
}

const edgesOf = (turns: readonly Turn[], who: Edge["who"]): readonly Edge[] =>
  turns
    .filter(({ startMs, endMs }) => endMs > startMs)
    .flatMap(({ startMs, endMs, speaker }) => [
      { atMs: startMs, by: 1, who, name: speaker },
      { atMs: endMs, by: -1, who, name: speaker },
    ]);

const collarsOf = ({ startMs, endMs }: Turn, collarMs: number): readonly Turn[] =>
  [startMs, endMs].map((atMs) => ({
    startMs: atMs - collarMs,
    endMs: atMs + collarMs,
    speaker: COLLAR,
  }));

/** For each speaker of the reference the one that was heard for him or her. */
function pairSpeakers(
  stretches: readonly Stretch[],
): ReadonlyMap<string | number, string | number> {
  const right = [...new Set(stretches.flatMap(({ reference }) => [...reference]))];
  const got = [...new Set(stretches.flatMap(({ heard }) => [...heard]))];
  const columns = new Map(got.map((who, i) => [who, i]));
  const together = new Map(right.map((who) => [who, got.map(() => 0)]));
  for (const { durationMs, reference, heard } of stretches)
    for (const who of reference) {
      const row = together.get(who) ?? [];
      for (const other of heard) {
        const column = columns.get(other) ?? 0;
        row[column] = (row[column] ?? 0) + durationMs;
      }
    }
  if (right.length === 0 || got.length === 0) return new Map();
  // It pairs at the least cost.
  const pairs = munkres([...together.values()].map((row) => row.map((value) => -value)));
  return new Map(
    pairs.map(([row, column]) => [right[row] as string | number, got[column] as string | number]),
  );
}
