import { similarity } from "./agglomerate.ts";
import { VOICE_SIZE, type VoiceWindow } from "./voices.ts";

/**
 * How much likelier a window is the speaker's whose voice is more similar by 1, as a logarithm; and
 * what a change of speaker costs, in the midst of speech and after a pause.
 */
const SHARPNESS = 15;
const CHANGE_COST = 1;
const CHANGE_COST_AFTER_PAUSE = 1 / 3;
/** More voices are not followed: what is left over is no voice. */
const MAX_SPEAKERS = 100;

/** The mean voice of each label's windows, of length 1. */
export function meanVoices(
  windows: readonly VoiceWindow[],
  labels: readonly number[],
): ReadonlyMap<number, Float32Array> {
  const sums = new Map<number, Float32Array>();
  windows.forEach(({ voice }, i) => {
    const label = labels[i] as number;
    const sum = sums.get(label) ?? new Float32Array(VOICE_SIZE);
    for (let k = 0; k < VOICE_SIZE; k++) sum[k] = (sum[k] as number) + (voice[k] as number);
    sums.set(label, sum);
  });
  for (const sum of sums.values()) {
    const length = Math.sqrt(similarity(sum, sum)) || 1;
    for (let k = 0; k < VOICE_SIZE; k++) sum[k] = (sum[k] as number) / length;
  }
  return sums;
}

/**
 * Gives every window the label of the likeliest path (Viterbi): a window that is like another
 * speaker for a moment stays with the one around it.
 */
export function followSpeakers(
  windows: readonly VoiceWindow[],
  labels: readonly number[],
): readonly number[] {
  const voices = mostHeard(windows, labels);
  if (voices.length < 2) return windows.map(() => voices[0]?.label ?? 0);
  const count = voices.length;
  const cameFrom: Uint8Array[] = [];
  let scores = new Float64Array(count);
  windows.forEach(({ voice, chunk }, at) => {
    const cost = chunk === windows[at - 1]?.chunk ? CHANGE_COST : CHANGE_COST_AFTER_PAUSE;
    let best = 0;
    for (let i = 1; i < count; i++) if ((scores[i] as number) > (scores[best] as number)) best = i;
    const from = new Uint8Array(count);
    const next = new Float64Array(count);
    voices.forEach((one, i) => {
      const isChange = (scores[best] as number) - cost > (scores[i] as number);
      from[i] = isChange ? best : i;
      const before = isChange ? (scores[best] as number) - cost : (scores[i] as number);
      next[i] = before + SHARPNESS * similarity(voice, one.voice);
    });
    cameFrom.push(from);
    scores = next;
  });
  let at = scores.indexOf(Math.max(...scores));
  const path: number[] = [];
  for (const from of cameFrom.toReversed()) {
    path.push(voices[at]?.label ?? 0);
    at = from[at] ?? 0;
  }
  return path.toReversed();
}

function mostHeard(
  windows: readonly VoiceWindow[],
  labels: readonly number[],
): readonly { readonly label: number; readonly voice: Float32Array }[] {
  const sizes = new Map<number, number>();
  for (const label of labels) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  return [...meanVoices(windows, labels)]
    .map(([label, voice]) => ({ label, voice }))
    .toSorted((a, b) => (sizes.get(b.label) ?? 0) - (sizes.get(a.label) ?? 0) || a.label - b.label)
    .slice(0, MAX_SPEAKERS);
}
