import type { Language, Origin, Segment } from "./types.ts";

/** A line of a transcript as a person sees and changes it. Times in milliseconds. */
export type EditedLine = Pick<Segment, "startMs" | "endMs" | "text" | "speaker">;

/**
 * Lines in place of others. Where the others are not found, what is said between the times gives
 * way.
 */
export interface Correction {
  readonly startMs: number;
  readonly endMs: number;
  readonly was: readonly EditedLine[];
  readonly lines: readonly EditedLine[];
}

/**
 * One change that a person made. Steps are applied in their order to whatever was recognised.
 * - rename: speakers of these names, whatever the case, get another one
 * - correct: some lines are others
 */
export type EditStep = { readonly atMs: number } & (
  | { readonly kind: "rename"; readonly from: readonly string[]; readonly to: string }
  | { readonly kind: "correct"; readonly corrections: readonly Correction[] }
);

/** What was recognised, or read from captions, without what a person changed of it. */
export interface BaseTranscript {
  readonly fingerprint: string;
  readonly origin: Origin;
  readonly engine: string;
  readonly language: Language;
  readonly durationMs: number | null;
  readonly segments: readonly Segment[];
}

/**
 * The layer of changes over the transcript of one content. It belongs to the content, not to a
 * file: it moves with it and outlives recognition.
 */
export interface TranscriptEdits {
  readonly base: BaseTranscript;
  /** At least one, oldest first. */
  readonly steps: readonly EditStep[];
}

/** Names are the same whatever their case, their spaces and how an accent is written. */
export const foldName = (name: string): string =>
  name.normalize("NFC").toLowerCase().replace(/\s+/g, " ").trim();

/** Applies steps in their order. Segments that stay keep all that they have. */
export const applySteps = <S extends Segment>(
  segments: readonly S[],
  steps: readonly EditStep[],
): (S | Segment)[] =>
  steps.reduce<readonly (S | Segment)[]>((done, step) => applyStep(done, step), segments).slice();

function applyStep<S extends Segment>(
  segments: readonly S[],
  step: EditStep,
): readonly (S | Segment)[] {
  if (step.kind === "correct") {
    const corrected = step.corrections.reduce<readonly (S | Segment)[]>(applyCorrection, segments);
    return inOrder(corrected);
  }
  const names = new Set(step.from.map(foldName));
  return segments.map((segment) =>
    segment.speaker !== null && segment.speaker !== step.to && names.has(foldName(segment.speaker))
      ? { ...segment, speaker: step.to }
      : segment,
  );
}

const inOrder = <S extends Segment>(segments: readonly S[]): S[] =>
  segments
    .toSorted((a, b) => a.startMs - b.startMs || a.endMs - b.endMs)
    .map((segment, index) => ({ ...segment, index }));

const keyOf = ({ startMs, endMs, text, speaker }: EditedLine): string =>
  JSON.stringify([startMs, endMs, text, speaker]);

function applyCorrection(segments: readonly Segment[], correction: Correction): readonly Segment[] {
  const { was, lines } = correction;
  const present = new Set(segments.map(keyOf));
  const added = lines.map((line): Segment => ({ ...line, index: 0, confidence: null }));
  if (was.every((line) => present.has(keyOf(line)))) {
    const gone = new Set(was.map(keyOf));
    return [...segments.filter((segment) => !gone.has(keyOf(segment))), ...added];
  }
  return correctOthers(segments, correction, added);
}

/** Which share of a segment must lie between the times of a correction that takes its place. */
const COVERED = 0.5;

/**
 * The segments are others than those that were corrected: they were recognised anew. What lies
 * between the times gives way. A longer segment around them keeps its other words.
 */
function correctOthers(
  segments: readonly Segment[],
  { startMs, endMs, was, lines }: Correction,
  added: readonly Segment[],
): readonly Segment[] {
  const share = (segment: Segment): number =>
    Math.max(0, Math.min(endMs, segment.endMs) - Math.max(startMs, segment.startMs)) /
    Math.max(1, segment.endMs - segment.startMs);
  const kept = segments.filter((segment) => share(segment) < COVERED);
  const oldText = joined(was);
  const around = kept.find(
    (segment) => share(segment) > 0 && oldText !== "" && segment.text.includes(oldText),
  );
  if (!around) return [...kept, ...added];
  const text = around.text.replace(oldText, () => joined(lines)).trim();
  return kept.flatMap((segment) => {
    if (segment !== around) return [segment];
    return text === "" ? [] : [{ ...segment, text }];
  });
}

const joined = (lines: readonly EditedLine[]): string => lines.map(({ text }) => text).join(" ");

/** What must change so that the first lines become the others; none where they are the same. */
export function findCorrections(
  before: readonly EditedLine[],
  after: readonly EditedLine[],
): Correction[] {
  const [stay, come] = [new Set(after.map(keyOf)), new Set(before.map(keyOf))];
  const corrections: Correction[] = [];
  let was: EditedLine[] = [];
  let lines: EditedLine[] = [];
  const flush = (): void => {
    const all = [...was, ...lines];
    if (all.length > 0)
      corrections.push({
        startMs: Math.min(...all.map((line) => line.startMs)),
        endMs: Math.max(...all.map((line) => line.endMs)),
        was: was.map(plainLine),
        lines: lines.map(plainLine),
      });
    [was, lines] = [[], []];
  };
  for (let [i, j] = [0, 0]; i < before.length || j < after.length;) {
    const [old, next] = [before[i], after[j]];
    if (old && next && keyOf(old) === keyOf(next)) {
      flush();
      [i, j] = [i + 1, j + 1];
      continue;
    }
    const goes = old && !(next && stay.has(keyOf(old)));
    const comes = next && !(old && come.has(keyOf(next)));
    // Lines that changed places are in both: they give way and come again.
    if (old && (goes || !comes)) was.push(before[i++] as EditedLine);
    if (next && (comes || !goes)) lines.push(after[j++] as EditedLine);
  }
  flush();
  return corrections;
}

const plainLine = ({ startMs, endMs, text, speaker }: EditedLine): EditedLine => ({
  startMs,
  endMs,
  text,
  speaker,
});
