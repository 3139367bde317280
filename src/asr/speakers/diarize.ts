import type { SpeakerNumber, SpeakerTurn } from "../speaker-turns.ts";
import { agglomerate, similarity } from "./agglomerate.ts";
import { followSpeakers, meanVoices } from "./follow.ts";
import type { VoiceWindow } from "./voices.ts";

/**
 * Windows of one voice are at least so similar on average. Chosen, as the limits below, on made
 * conversations of ten readers, telephone copies of them, 27 recordings of one person, and a real
 * interview of three; docs/decisions says what else was tried.
 */
const MIN_SIMILARITY = 0.6;
/** With a number of speakers that was given, clusters are made smaller until there are as many. */
const SIMILARITY_STEP = 0.04;
const MAX_SIMILARITY = 0.96;

/**
 * How similar the mean voices of two clusters must be to be one speaker's, by the length of the
 * smaller one's windows in seconds (which overlap by half). The mean over little speech says
 * little: of one speaker's clusters under 7 s some are as dissimilar as .65, while two speakers of
 * over 30 s can be as similar as .86 over a telephone.
 */
const JOINED_FROM: readonly (readonly [seconds: number, similarity: number])[] = [
  [1.6, 0.5],
  [3, 0.66],
  [6, 0.74],
  [12, 0.8],
  [24, 0.83],
  [36, 0.87],
];

/** Turns of one speaker over less silence than this are one turn. */
const JOINED_GAP_MS = 500;
/** Speech is a little longer than what the net for voice activity is sure of. */
const PADDING_MS = 100;

/**
 * Tells who speaks when.
 * @returns turns in time order, apart; speakers are numbers without a meaning of their own.
 */
export function diarize(
  windows: readonly VoiceWindow[],
  number: SpeakerNumber = {},
): readonly SpeakerTurn[] {
  return toTurns(windows, labelWindows(windows, number));
}

function labelWindows(
  windows: readonly VoiceWindow[],
  { count, maxSpeakers }: SpeakerNumber,
): readonly number[] {
  if (count === 1) return windows.map(() => 0);
  let labels = labelled(windows, MIN_SIMILARITY);
  for (
    let limit = MIN_SIMILARITY + SIMILARITY_STEP;
    new Set(labels).size < (count ?? 1) && limit < MAX_SIMILARITY;
    limit += SIMILARITY_STEP
  )
    labels = labelled(windows, limit);
  const joined = joinSpeakers(windows, labels, { count, maxSpeakers });
  return followSpeakers(windows, followSpeakers(windows, joined));
}

function labelled(windows: readonly VoiceWindow[], minSimilarity: number): readonly number[] {
  const labels = windows.map(() => 0);
  agglomerate(
    windows.map(({ voice }) => voice),
    minSimilarity,
  ).forEach(({ members }, label) => {
    for (const member of members) labels[member] = label;
  });
  return followSpeakers(windows, labels);
}

/** Joins what is one speaker's, the surest first, until nothing is or the number is right. */
function joinSpeakers(
  windows: readonly VoiceWindow[],
  labels: readonly number[],
  { count, maxSpeakers = Infinity }: SpeakerNumber,
): readonly number[] {
  let joined = labels;
  for (;;) {
    const voices = meanVoices(windows, joined);
    if (voices.size < 2 || voices.size <= (count ?? 1)) return joined;
    const pair = surestPair(voices, secondsOf(windows, joined));
    if (count === undefined && pair.margin < 0 && voices.size <= maxSpeakers) return joined;
    joined = joined.map((label) => (label === pair.from ? pair.into : label));
  }
}

function secondsOf(
  windows: readonly VoiceWindow[],
  labels: readonly number[],
): ReadonlyMap<number, number> {
  const seconds = new Map<number, number>();
  windows.forEach(({ startMs, endMs }, i) => {
    const label = labels[i] as number;
    seconds.set(label, (seconds.get(label) ?? 0) + (endMs - startMs) / 1000);
  });
  return seconds;
}

/** The pair that is furthest above the similarity from which it would be joined. */
function surestPair(
  voices: ReadonlyMap<number, Float32Array>,
  seconds: ReadonlyMap<number, number>,
): { readonly from: number; readonly into: number; readonly margin: number } {
  let best = { from: 0, into: 0, margin: -Infinity };
  for (const [from, voice] of voices)
    for (const [into, other] of voices) {
      if (from === into) continue;
      const margin = similarity(voice, other) - joinedFrom(seconds.get(from) ?? 0);
      if (margin > best.margin) best = { from, into, margin };
    }
  return best;
}

function joinedFrom(seconds: number): number {
  const next = JOINED_FROM.findIndex(([from]) => from >= seconds);
  const [after, before] = [JOINED_FROM[next], JOINED_FROM[next - 1]];
  if (!after) return JOINED_FROM.at(-1)?.[1] ?? 1;
  if (!before) return after[1];
  return before[1] + ((after[1] - before[1]) * (seconds - before[0])) / (after[0] - before[0]);
}

/** Between the middles of two windows of one chunk the speaker changes half way. */
function toTurns(
  windows: readonly VoiceWindow[],
  labels: readonly number[],
): readonly SpeakerTurn[] {
  const turns: { startMs: number; endMs: number; speaker: number }[] = [];
  const middle = ({ startMs, endMs }: VoiceWindow): number => (startMs + endMs) / 2;
  windows.forEach((window, i) => {
    const [before, after] = [windows[i - 1], windows[i + 1]];
    const startMs =
      before?.chunk === window.chunk
        ? (middle(before) + middle(window)) / 2
        : Math.max(0, window.startMs - PADDING_MS);
    const endMs =
      after?.chunk === window.chunk
        ? (middle(window) + middle(after)) / 2
        : window.endMs + PADDING_MS;
    const speaker = labels[i] as number;
    const last = turns.at(-1);
    if (last?.speaker === speaker && startMs - last.endMs < JOINED_GAP_MS) last.endMs = endMs;
    else turns.push({ startMs: Math.max(startMs, last?.endMs ?? 0), endMs, speaker });
  });
  return turns;
}
