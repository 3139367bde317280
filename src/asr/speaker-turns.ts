import type { Cue, Word } from "../types.ts";

/** Somebody speaks from here to there, in milliseconds of the recording. */
export interface SpeakerTurn {
  readonly startMs: number;
  readonly endMs: number;
  /** A number that means the same person in all turns of one recording. */
  readonly speaker: number;
}

/** Somebody who has a name speaks from here to there, in milliseconds of the recording. */
export interface SpokenSpan {
  readonly startMs: number;
  readonly endMs: number;
  readonly speaker: string;
}

/** How somebody sounds in a recording. */
export interface SpeakerVoice {
  readonly speaker: string;
  /** How much speech was heard. */
  readonly seconds: number;
  /** Numbers of length 1: two voices are alike as far as their product is near 1. */
  readonly voice: Float32Array;
}

export interface SpeakerNumber {
  /** The number of speakers where it is known. */
  readonly count?: number | undefined;
  /** The largest number where it is not. */
  readonly maxSpeakers?: number | undefined;
}

/** Finds who speaks when while audio streams by; it holds the voices, not the audio. */
export interface SpeakerListener {
  /** A change of anything that gives other speakers changes it. */
  readonly id: string;
  /** What hears the voices: those of another encoder can't be compared. */
  readonly encoder: string;
  /** Begins a recording. */
  readonly listen: () => {
    /** Passes the audio on, 16 kHz mono, and hears the voices in it. */
    readonly through: (audio: AsyncIterable<Float32Array>) => AsyncIterable<Float32Array>;
    /** Who spoke when, after the end of the audio; as many as it was opened for by default. */
    readonly turns: (number?: SpeakerNumber) => readonly SpeakerTurn[];
    /** The voices of those who speak in these spans, after the end of the audio. */
    readonly voices: (spans: readonly SpokenSpan[]) => readonly SpeakerVoice[];
  };
  readonly release: () => Promise<void>;
}

/** A change of speaker is moved by at most so many words to where a sentence ends. */
const MAX_MOVED_WORDS = 2;
/** About .8 s of speech. The times of a word can't tell, since it may seem to last over a pause. */
const MAX_MOVED_LETTERS = 12;

/**
 * Each word goes to the speaker whose turns overlap it most, the nearest one where none does. A cue
 * is cut where its speaker changes, at the end of a sentence where one is near, because times of
 * words are less certain than full stops. Speakers count by their first word.
 */
export function assignSpeakers(cues: readonly Cue[], turns: readonly SpeakerTurn[]): Cue[] {
  if (turns.length === 0) return [...cues];
  const names = new Map<number, string>();
  const nameOf = (speaker: number): string => {
    const name = names.get(speaker) ?? `Speaker ${names.size + 1}`;
    names.set(speaker, name);
    return name;
  };
  return cues.flatMap((cue) => {
    const near = turnsNear(cue, turns);
    const { words } = cue;
    if (!words || words.length === 0) return [{ ...cue, speaker: nameOf(speakerAt(cue, near)) }];
    const groups = cutAtSpeakers(words, near);
    if (groups.length === 1) return [{ ...cue, speaker: nameOf(groups[0]?.speaker ?? 0) }];
    return groups.map((group): Cue => ({
      startMs: group.words[0]?.startMs ?? cue.startMs,
      endMs: group.words.at(-1)?.endMs ?? cue.endMs,
      text: group.words.map(({ text }) => text).join(" "),
      speaker: nameOf(group.speaker),
      confidence: cue.confidence,
      words: group.words,
    }));
  });
}

/** Those that the cue may be in; all where it is in none. */
function turnsNear(
  { startMs, endMs }: Pick<Cue, "startMs" | "endMs">,
  turns: readonly SpeakerTurn[],
): readonly SpeakerTurn[] {
  const near = turns.filter((turn) => turn.endMs > startMs && turn.startMs < endMs);
  return near.length > 0 ? near : turns;
}

interface WordGroup {
  readonly speaker: number;
  readonly words: readonly Word[];
}

function cutAtSpeakers(words: readonly Word[], turns: readonly SpeakerTurn[]): WordGroup[] {
  const speakers = words.map((word) => speakerAt(word, turns));
  const cuts: number[] = [];
  for (let at = 1; at < words.length; at++) if (speakers[at] !== speakers[at - 1]) cuts.push(at);
  const moved = cuts.map((cut, i) =>
    sentenceStartNear(words, cut, { after: cuts[i - 1] ?? 0, before: cuts[i + 1] ?? words.length }),
  );
  const edges = [0, ...moved, words.length];
  return edges.slice(0, -1).map((from, i) => ({
    speaker: speakers[i === 0 ? 0 : (cuts[i - 1] as number)] as number,
    words: words.slice(from, edges[i + 1]),
  }));
}

const SENTENCE_END = /[.?!…。？！]["'”’)\]»]*$/u;

/** The beginning of a sentence nearest to a cut, between two others; the cut where none is near. */
function sentenceStartNear(
  words: readonly Word[],
  cut: number,
  { after, before }: { readonly after: number; readonly before: number },
): number {
  const letters = (from: number, to: number): number =>
    words.slice(from, to).reduce((sum, { text }) => sum + text.length, 0);
  const isNear = (at: number): boolean =>
    at > after &&
    at < before &&
    SENTENCE_END.test(words[at - 1]?.text ?? "") &&
    letters(Math.min(at, cut), Math.max(at, cut)) <= MAX_MOVED_LETTERS;
  for (let by = 0; by <= MAX_MOVED_WORDS; by++)
    for (const at of [cut - by, cut + by]) if (isNear(at)) return at;
  return cut;
}

function speakerAt(
  { startMs, endMs }: Pick<Word, "startMs" | "endMs">,
  turns: readonly SpeakerTurn[],
): number {
  const overlaps = new Map<number, number>();
  let nearest = { speaker: turns[0]?.speaker ?? 0, distance: Infinity };
  for (const turn of turns) {
    const overlap = Math.min(endMs, turn.endMs) - Math.max(startMs, turn.startMs);
    if (overlap > 0) overlaps.set(turn.speaker, (overlaps.get(turn.speaker) ?? 0) + overlap);
    if (-overlap < nearest.distance) nearest = { speaker: turn.speaker, distance: -overlap };
  }
  const best = [...overlaps].toSorted(([, a], [, b]) => b - a)[0];
  return best ? best[0] : nearest.speaker;
}
