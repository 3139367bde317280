import type { ChannelsMode } from "../selection.ts";
import {
  BLOCK_MS,
  type ChannelActivity,
  correlate,
  measureActivity,
  takeChannel,
} from "./channel-activity.ts";
import type { ChannelMix } from "./channel-mixer.ts";
import type { SoundWindow } from "./decode-windows.ts";

/** What is to be heard of a track. */
export interface ChannelPlan {
  /** One sound for each person, or one for all; empty for the plain mix of FFmpeg. */
  readonly mixes: readonly ChannelMix[];
  /** In words, such as "left"; "separate" with several mixes; null for the plain mix. */
  readonly label: string | null;
}

const PLAIN: ChannelPlan = { mixes: [], label: null };

/** A channel that is so much quieter than the loudest has only its echo. */
const ECHO_DB = 18;
/** A channel that is so much quieter than another is silent beside it. */
const SILENT_BESIDE_DB = 45;
/** Two channels are opposite when they are so much like each other's mirror. */
const OPPOSITE = -0.35;

/** Windows of one track, measured channel by channel. */
interface Heard {
  readonly channels: number;
  readonly layout: bigint | null;
  /** By window, then by channel. */
  readonly activity: readonly (readonly ChannelActivity[])[];
  /** By window: how alike two channels are. */
  readonly likeness: (a: number, b: number) => readonly number[];
}

/**
 * Decides how the channels of a track are to be heard.
 * @param windows of the same track; those with another number of channels than the first are passed
 * over.
 */
export function planChannels(windows: readonly SoundWindow[], mode: ChannelsMode): ChannelPlan {
  const channels = windows[0]?.channels ?? 1;
  const usable = windows.filter((window) => window.channels === channels);
  if (channels < 2) return PLAIN;
  const heard = measure(usable, channels);
  if (mode === "separate") return planApart(heard);
  if (channels === 2) return planTwo(heard, mode);
  return planMany(heard);
}

function measure(windows: readonly SoundWindow[], channels: number): Heard {
  const taken = windows.map(({ samples }) =>
    Array.from({ length: channels }, (_, channel) => takeChannel(samples, channels, channel)),
  );
  return {
    channels,
    layout: windows[0]?.layout ?? null,
    activity: taken.map((window) => window.map(measureActivity)),
    likeness: (a, b) =>
      taken.map((window) =>
        correlate(window[a] ?? new Float32Array(), window[b] ?? new Float32Array()),
      ),
  };
}

const levelOf = ({ activity }: Heard, channel: number): number =>
  Math.max(-Infinity, ...activity.map((window) => window[channel]?.levelDb ?? -Infinity));

/** Channels that are not silent, all or beside the others. */
function audible(heard: Heard): number[] {
  const levels = indices(heard.channels).map((channel) => levelOf(heard, channel));
  const loudest = Math.max(...levels);
  return indices(heard.channels).filter(
    (channel) => (levels[channel] ?? -Infinity) > loudest - SILENT_BESIDE_DB,
  );
}

const indices = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** By channel, the windows in which it may have speech of its own, not the echo of another. */
function speechWindows({ channels, activity }: Heard, echoDb = ECHO_DB): ReadonlySet<number>[] {
  const found = indices(channels).map(() => new Set<number>());
  for (const [i, window] of activity.entries()) {
    const speaking = window.map(({ mayBeSpeech, levelDb }) => (mayBeSpeech ? levelDb : -Infinity));
    const loudest = Math.max(...speaking);
    for (const [channel, level] of speaking.entries())
      if (level > -Infinity && level >= loudest - echoDb) found[channel]?.add(i);
  }
  return found;
}

const one = (channel: number, channels: number): ChannelMix => ({
  weights: indices(channels).map((i) => Number(i === channel)),
});

/** `left`, `right`, `centre`; beyond that by number from 1. */
function nameOf(channel: number, channels: number): string {
  if (channels === 2) return channel === 0 ? "left" : "right";
  return `channel ${channel + 1}`;
}

const alone = (channel: number, { channels }: Heard): ChannelPlan => ({
  mixes: [one(channel, channels)],
  label: nameOf(channel, channels),
});

function planTwo(heard: Heard, mode: ChannelsMode): ChannelPlan {
  const loud = audible(heard);
  if (loud.length === 1) return alone(loud[0] ?? 0, heard);
  const [left = new Set<number>(), right = new Set<number>()] = speechWindows(heard, Infinity);
  // Noise, hum or the time code of a camera on the other.
  if (left.size > 0 && right.size === 0) return alone(0, heard);
  if (right.size > 0 && left.size === 0) return alone(1, heard);
  if (left.size === 0) return planPhase(heard);
  if (areApart(heard) && mode === "auto") return planApart(heard);
  return planPhase(heard);
}

/** Opposite phases cancel each other when they are mixed. */
function planPhase(heard: Heard): ChannelPlan {
  const alike = heard.likeness(0, 1);
  const opposite = alike.filter((likeness) => likeness < OPPOSITE).length;
  if (opposite === 0) return PLAIN;
  if (!alike.some((likeness) => likeness > -OPPOSITE))
    return { mixes: [{ weights: [0.5, -0.5] }], label: "left minus right" };
  // Only parts are opposite: each channel has all of it.
  return alone(levelOf(heard, 0) >= levelOf(heard, 1) ? 0 : 1, heard);
}

/** One speaks so much louder than the other while only one speaks. */
const TURN_DB = 10;
/** Blocks quieter than the loudest by this are pauses. */
const PAUSE_DB = 30;
/** The share of the speech during which one channel alone speaks when people speak in turn. */
const MIN_APART = 0.6;
/** What each side must say at least: a share, and milliseconds. */
const MIN_SIDE = 0.04;
const MIN_SIDE_MS = 1000;

/** Whether two channels have a person each: in turn, or at once, but never the same. */
const areApart = (heard: Heard): boolean => speakInTurn(heard) || speakAtOnce(heard);

/**
 * The same speech in both channels rises and falls in both, also between microphones that are
 * metres apart.
 */
const MAX_SHARED_RISE = 0.35;

function speakAtOnce({ activity }: Heard): boolean {
  const both = activity.filter((window) => window.every(({ mayBeSpeech }) => mayBeSpeech));
  if (both.length === 0 || both.length < activity.length / 2) return false;
  const [left, right] = [0, 1].map((side) =>
    both.flatMap((window) => {
      const { levelDb = 0, framesDb = [] } = window[side] ?? {};
      const heights = framesDb.map((db) => Math.max(0, db - levelDb + PAUSE_DB));
      const mean = heights.reduce((sum, height) => sum + height, 0) / Math.max(1, heights.length);
      return heights.map((height) => height - mean);
    }),
  );
  return correlate(left ?? [], right ?? []) < MAX_SHARED_RISE;
}

/** Whether two channels have a person each, who speak in turn. */
function speakInTurn({ activity }: Heard): boolean {
  const blocks = activity.flatMap(([left, right]) =>
    (left?.blocksDb ?? []).map((db, i) => [db, right?.blocksDb[i] ?? -Infinity] as const),
  );
  const loudest = [0, 1].map((side) =>
    percentile(
      blocks.map((block) => block[side] ?? 0),
      0.98,
    ),
  );
  const floors = loudest.map((db) => db - PAUSE_DB);
  const spoken = blocks.filter(
    ([left, right]) => left > (floors[0] ?? 0) || right > (floors[1] ?? 0),
  );
  const ofLeft = spoken.filter(([left, right]) => left - right >= TURN_DB).length;
  const ofRight = spoken.filter(([left, right]) => right - left >= TURN_DB).length;
  const least = Math.min(ofLeft, ofRight);
  return (
    ofLeft + ofRight >= MIN_APART * spoken.length &&
    least >= MIN_SIDE * spoken.length &&
    least * BLOCK_MS >= MIN_SIDE_MS
  );
}

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? -Infinity;

/** More people than this have no channel each. */
const MAX_SEPARATE = 16;

/** Each channel that speaks by itself. */
function planApart(heard: Heard): ChannelPlan {
  const speech = speechWindows(heard, Infinity);
  const loud = audible(heard);
  const speaking = loud.filter((channel) => (speech[channel]?.size ?? 0) > 0);
  const chosen = (speaking.length > 0 ? speaking : loud).slice(0, MAX_SEPARATE);
  const [only] = chosen;
  if (chosen.length < 2) return only === undefined ? PLAIN : alone(only, heard);
  return {
    mixes: chosen.map((channel) => ({
      ...one(channel, heard.channels),
      others: chosen.filter((other) => other !== channel),
    })),
    label: "separate",
  };
}

// Bits of AV_CHANNEL_LAYOUT_*.
const FRONT_CENTER = 0x4n;
const LOW_FREQUENCY = 0x8n;
/** Dialogue is in the centre when that may have speech in so many of the windows that have any. */
const MIN_CENTRE = 0.4;

function planMany(heard: Heard): ChannelPlan {
  const { layout, channels } = heard;
  const speech = speechWindows(heard, SILENT_BESIDE_DB);
  const withSpeech = new Set(speech.flatMap((windows) => [...windows])).size;
  const centre = positionOf(layout, FRONT_CENTER);
  if (centre !== null && (speech[centre]?.size ?? 0) >= Math.max(1, MIN_CENTRE * withSpeech))
    return { mixes: [one(centre, channels)], label: "centre" };
  // FFmpeg mixes films as they are meant; without positions it can't.
  if (layout !== null && centre !== null && areFront(heard, layout)) return PLAIN;
  return planSome(heard, layout);
}

/** The place of a position among the channels of a layout; null where it has none. */
function positionOf(layout: bigint | null, position: bigint): number | null {
  if (layout === null || (layout & position) === 0n) return null;
  return [...(layout & (position - 1n)).toString(2)].filter((bit) => bit === "1").length;
}

/** Whether all that speaks is left and right in front, the first two channels of every layout. */
const areFront = (heard: Heard, layout: bigint): boolean =>
  (layout & 3n) === 3n &&
  speechWindows(heard).every((windows, channel) => channel < 2 || windows.size === 0);

/** What a further channel must say while the chosen ones are silent. */
const MIN_MORE_MS = 700;

/**
 * The channels that speak: the one that speaks most, then each that speaks while none of these
 * does.
 */
function planSome(heard: Heard, layout: bigint | null): ChannelPlan {
  const speech = speechBlocks(heard);
  const low = positionOf(layout, LOW_FREQUENCY);
  const candidates = audible(heard)
    .filter((channel) => channel !== low)
    .toSorted(
      (a, b) => sizeOf(speech, b) - sizeOf(speech, a) || levelOf(heard, b) - levelOf(heard, a),
    );
  const covered = new Set<number>();
  const chosen: number[] = [];
  for (const channel of candidates) {
    const more = [...(speech[channel] ?? [])].filter((block) => !covered.has(block));
    if (more.length * BLOCK_MS < MIN_MORE_MS) continue;
    chosen.push(channel);
    for (const block of more) covered.add(block);
  }
  return mixOf(chosen.length > 0 ? chosen : candidates, heard);
}

const sizeOf = (speech: readonly ReadonlySet<number>[], channel: number): number =>
  speech[channel]?.size ?? 0;

/** As `speechWindows`, by blocks of all windows, numbered. */
function speechBlocks({ channels, activity }: Heard): ReadonlySet<number>[] {
  const found = indices(channels).map(() => new Set<number>());
  let from = 0;
  for (const window of activity) {
    const count = Math.max(0, ...window.map(({ blocksDb }) => blocksDb.length));
    const speaking = window.map(({ mayBeSpeech, levelDb }) => ({
      mayBeSpeech,
      floor: levelDb - PAUSE_DB,
    }));
    for (let block = 0; block < count; block++) {
      const levels = window.map(({ blocksDb }, channel) => {
        const db = blocksDb[block] ?? -Infinity;
        const { mayBeSpeech = false, floor = 0 } = speaking[channel] ?? {};
        return mayBeSpeech && db > floor ? db : -Infinity;
      });
      const loudest = Math.max(...levels);
      for (const [channel, db] of levels.entries())
        if (db > -Infinity && db >= loudest - TURN_DB) found[channel]?.add(from + block);
    }
    from += count;
  }
  return found;
}

const MAX_NAMED = 4;

function mixOf(chosen: readonly number[], heard: Heard): ChannelPlan {
  const [first] = chosen;
  if (first === undefined) return PLAIN;
  if (chosen.length === 1) return alone(first, heard);
  const weights = indices(heard.channels).map((channel) => {
    if (!chosen.includes(channel)) return 0;
    const isOpposite =
      channel !== first && heard.likeness(first, channel).some((likeness) => likeness < OPPOSITE);
    return (isOpposite ? -1 : 1) / chosen.length;
  });
  const numbers = chosen.map((channel) => channel + 1).toSorted((a, b) => a - b);
  const label =
    numbers.length > MAX_NAMED
      ? `${numbers.length} channels`
      : `channels ${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)}`;
  return { mixes: [{ weights }], label };
}
