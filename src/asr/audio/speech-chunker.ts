import { SAMPLE_RATE } from "../transcriber.ts";
import { createFrameLevel } from "./level.ts";
import { FRAME, FRAME_MS, type VoiceActivity } from "./voice-activity.ts";

/** How a recogniser wants its audio cut, in milliseconds. */
export interface ChunkerOptions {
  /** The longest chunk, with the 0.2 s around it. */
  readonly mostMs: number;
  /** Two stretches of speech with less silence than this between them become one chunk. */
  readonly joinedGapMs: number;
  /**
   * A stretch that is too long is cut where it is quietest. The cut must not come before this time,
   * so that no chunk is too short to recognise.
   */
  readonly earliestCutMs: number;
}

/** A stretch of speech, small enough for the recogniser. */
export interface AudioChunk {
  /** Position of the first sample in the whole audio. */
  readonly startSample: number;
  readonly samples: Float32Array;
  /** The probability of speech in each frame, from the first sample on. */
  readonly voiced: readonly number[];
}

const frames = (ms: number): number => Math.round(ms / FRAME_MS);
const PADDING_FRAMES = frames(200);
const MIN_SPEECH_FRAMES = frames(100);
const CUT_SMOOTHING_FRAMES = 3;
const ON = 0.5;
const OFF = 0.35;

interface ChunkerState {
  readonly cut: ChunkerOptions;
  /** The frames from `first` on that may still be needed, with their probabilities of speech. */
  readonly audio: Float32Array[];
  readonly voiced: number[];
  first: number;
  /** The frame numbers of the stretch of speech that is not over yet; null in silence. */
  speech: { start: number; end: number; count: number } | null;
  /**
   * The end of the last chunk that was given out. The padding of the next one must not reach before
   * it.
   */
  given: number;
  isOn: boolean;
}

/**
 * The state of the chunker between two frames, as plain data. It holds no audio: whoever goes on
 * from it must read the audio from the start.
 */
export interface ChunkerSnapshot {
  readonly first: number;
  readonly voiced: readonly number[];
  readonly speech: ChunkerState["speech"];
  readonly given: number;
  readonly isOn: boolean;
  readonly activity: string;
  /** Absent in checkpoints of versions that heard quiet recordings as they are. */
  readonly loudness?: number | undefined;
}

export interface SpeechChunker {
  /** Takes the next frames, of FRAME samples each, and returns the chunks that they complete. */
  readonly push: (frames: Float32Array) => Promise<readonly AudioChunk[]>;
  readonly end: () => readonly AudioChunk[];
  readonly snapshot: () => ChunkerSnapshot;
  /** The frame before which all speech was given out. */
  readonly reached: () => number;
}

/**
 * Cuts audio into stretches of speech with 0.2 s around them. Hardly more audio than the longest
 * piece is held. With a snapshot the frames that it has seen are taken again from the start of the
 * audio, without listening to them.
 */
export function createSpeechChunker(
  start: (snapshot?: string) => VoiceActivity,
  cut: ChunkerOptions,
  snapshot?: ChunkerSnapshot,
): SpeechChunker {
  const activity = start(snapshot?.activity);
  const level = createFrameLevel(snapshot?.loudness);
  const state: ChunkerState = {
    cut,
    audio: [],
    voiced: [...(snapshot?.voiced ?? [])],
    first: snapshot?.first ?? 0,
    given: snapshot?.given ?? 0,
    isOn: snapshot?.isOn ?? false,
    speech: snapshot?.speech ? { ...snapshot.speech } : null,
  };
  const firstNew = state.first + state.voiced.length;
  let taken = 0;
  return {
    async push(samples) {
      const unheard: Float32Array[] = [];
      for (let at = 0; at < samples.length; at += FRAME) {
        const frame = samples.subarray(at, at + FRAME);
        const now = taken++;
        if (now >= firstNew) unheard.push(frame);
        else if (now >= state.first) state.audio.push(frame);
      }
      if (unheard.length === 0) return [];
      const levelled = new Float32Array(unheard.length * FRAME);
      for (const [i, frame] of unheard.entries()) levelled.set(level.next(frame), i * FRAME);
      const pieces: AudioChunk[] = [];
      for (const [i, probability] of (await activity.next(levelled)).entries()) {
        state.audio.push(unheard[i] as Float32Array);
        state.voiced.push(probability);
        listen(state);
        pieces.push(...ready(state, false));
        forget(state);
      }
      return pieces;
    },
    end: () => [...ready(state, true)],
    snapshot: () => ({
      first: state.first,
      voiced: [...state.voiced],
      speech: state.speech && { ...state.speech },
      given: state.given,
      isOn: state.isOn,
      activity: activity.snapshot(),
      loudness: level.loudness(),
    }),
    reached: () => state.speech?.start ?? state.first + state.voiced.length,
  };
}

/** Half a second: more at once saves hardly anything. */
const BLOCK = 16 * FRAME;

/** @yields blocks of whole frames, the last one filled up with zeros, of chunks of any length. */
export async function* inBlocks(audio: AsyncIterable<Float32Array>): AsyncIterable<Float32Array> {
  const cutter = createBlockCutter();
  for await (const chunk of audio) yield* cutter.push(chunk);
  yield* cutter.end();
}

/** Cuts chunks of any length into blocks of whole frames; the last one is filled up with zeros. */
export function createBlockCutter(): {
  readonly push: (chunk: Float32Array) => Iterable<Float32Array>;
  readonly end: () => readonly Float32Array[];
} {
  let block = new Float32Array(BLOCK);
  let filled = 0;
  return {
    *push(chunk) {
      let at = 0;
      while (at < chunk.length) {
        const part = chunk.subarray(at, at + BLOCK - filled);
        block.set(part, filled);
        filled += part.length;
        at += part.length;
        if (filled < BLOCK) continue;
        yield block;
        block = new Float32Array(BLOCK);
        filled = 0;
      }
    },
    end: () => (filled > 0 ? [block.subarray(0, Math.ceil(filled / FRAME) * FRAME)] : []),
  };
}

function listen(state: ChunkerState): void {
  const now = state.first + state.voiced.length - 1;
  const probability = state.voiced.at(-1) ?? 0;
  state.isOn = probability >= (state.isOn ? OFF : ON);
  if (!state.isOn) return;
  state.speech ??= { start: now, end: now, count: 0 };
  state.speech.end = now + 1;
  state.speech.count++;
}

function* ready(state: ChunkerState, isEnd: boolean): Iterable<AudioChunk> {
  const {
    speech,
    cut: { mostMs, joinedGapMs, earliestCutMs },
  } = state;
  if (!speech) return;
  const now = state.first + state.voiced.length;
  if (isEnd || now - speech.end >= frames(joinedGapMs)) {
    if (speech.count >= MIN_SPEECH_FRAMES)
      yield takeChunk(state, speech.start, speech.end, now, PADDING_FRAMES);
    state.speech = null;
  } else if (now - speech.start >= frames(mostMs) - 2 * PADDING_FRAMES) {
    const cut = quietest(state, speech.start + frames(earliestCutMs), now);
    yield takeChunk(
      state,
      speech.start,
      Math.min(cut, speech.end),
      now,
      Math.min(PADDING_FRAMES, Math.max(0, now - cut)),
    );
    // What is voiced after the end of the speech was never taken for speech: too faint to switch it
    // on.
    const next = firstVoiced(state, cut, speech.end);
    state.speech =
      next === null ? null : { start: next, end: speech.end, count: MIN_SPEECH_FRAMES };
  }
}

/**
 * The middle of the longest gap if there is one, else the frame with the least speech around it.
 */
function quietest(state: ChunkerState, from: number, to: number): number {
  let best = { at: to, worth: Infinity };
  let gap = 0;
  let longest = { length: 0, at: to };
  for (let at = from; at < to; at++) {
    const probability = state.voiced[at - state.first] ?? 1;
    gap = probability < OFF ? gap + 1 : 0;
    if (gap > longest.length) longest = { length: gap, at: at - Math.floor(gap / 2) };
    let around = 0;
    for (let k = -CUT_SMOOTHING_FRAMES; k <= CUT_SMOOTHING_FRAMES; k++)
      around += state.voiced[at + k - state.first] ?? 1;
    if (around < best.worth) best = { at, worth: around };
  }
  return longest.length >= CUT_SMOOTHING_FRAMES ? longest.at : best.at;
}

function firstVoiced(state: ChunkerState, from: number, to: number): number | null {
  for (let at = from; at < to; at++) if ((state.voiced[at - state.first] ?? 0) >= OFF) return at;
  return null;
}

function takeChunk(
  state: ChunkerState,
  start: number,
  end: number,
  now: number,
  padding: number,
): AudioChunk {
  const from = Math.max(start - PADDING_FRAMES, state.given, state.first);
  const to = Math.min(end + padding, now);
  const samples = new Float32Array((to - from) * FRAME);
  for (let frame = from; frame < to; frame++)
    samples.set(state.audio[frame - state.first] as Float32Array, (frame - from) * FRAME);
  state.given = end;
  return {
    startSample: from * FRAME,
    samples,
    voiced: state.voiced.slice(from - state.first, to - state.first),
  };
}

function forget(state: ChunkerState): void {
  const now = state.first + state.voiced.length;
  const needed = Math.max(0, (state.speech?.start ?? now) - PADDING_FRAMES - CUT_SMOOTHING_FRAMES);
  if (needed - state.first < SAMPLE_RATE / FRAME) return;
  state.audio.splice(0, needed - state.first);
  state.voiced.splice(0, needed - state.first);
  state.first = needed;
}

/** Splits a chunk in two, where it is quietest in its middle half. */
export function halve({ startSample, samples, voiced }: AudioChunk): [AudioChunk, AudioChunk] {
  let cut = Math.floor(voiced.length / 2);
  let least = Infinity;
  for (let at = Math.ceil(voiced.length / 4); at < (voiced.length * 3) / 4; at++) {
    let around = 0;
    for (let k = -CUT_SMOOTHING_FRAMES; k <= CUT_SMOOTHING_FRAMES; k++)
      around += voiced[at + k] ?? 1;
    if (around < least) [least, cut] = [around, at];
  }
  return [
    { startSample, samples: samples.subarray(0, cut * FRAME), voiced: voiced.slice(0, cut) },
    {
      startSample: startSample + cut * FRAME,
      samples: samples.subarray(cut * FRAME),
      voiced: voiced.slice(cut),
    },
  ];
}
