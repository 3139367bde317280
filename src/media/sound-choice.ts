import type { ChannelsMode } from "../selection.ts";
import type { MediaInput } from "./byte-source.ts";
import { measureActivity, SILENCE_DB, takeChannel } from "./channel-activity.ts";
import { type ChannelPlan, planChannels } from "./channel-plan.ts";
import { decodeAudio } from "./decode.ts";
import { decodeWindows, type SoundWindow } from "./decode-windows.ts";
import type { AudioTrack, MediaInfo } from "./probe.ts";

export interface ChosenSound {
  readonly track: AudioTrack;
  readonly plan: ChannelPlan;
  /** Tracks that came first and are silent. */
  readonly silent: readonly AudioTrack[];
}

export interface SoundChoiceOptions {
  readonly channels: ChannelsMode;
  readonly signal: AbortSignal;
  readonly onProgress: () => void;
}

/** How much of a recording is listened to before its channels are mixed. */
const WINDOW_MS = 5000;
const MAX_WINDOWS = 24;
/** Of tracks with more channels than this fewer windows are held in memory. */
const MANY_CHANNELS = 8;
const MIN_WINDOWS = 6;

/**
 * The first of the tracks that is not silent, and how its channels are to be heard. Where all are
 * silent it is the first. Of a long recording, windows all over it are listened to.
 * @param tracks best first, at least one.
 */
export async function chooseSound(
  media: MediaInput,
  { durationMs }: Pick<MediaInfo, "durationMs">,
  tracks: readonly [AudioTrack, ...AudioTrack[]],
  options: SoundChoiceOptions,
): Promise<ChosenSound> {
  const [first] = tracks;
  // Nothing to choose: most recordings of speech are so.
  if (tracks.length === 1 && first.channels < 2) return chosen(first, [], [], options);
  const silent: AudioTrack[] = [];
  let windowsOfFirst: readonly SoundWindow[] = [];
  for (const track of tracks) {
    const windows = await listen(media, track, durationMs, options);
    if (track === first) windowsOfFirst = windows;
    if (tracks.length === 1 || !(await isSilent(media, track, windows, options)))
      return chosen(track, windows, silent, options);
    silent.push(track);
  }
  return chosen(first, windowsOfFirst, [], options);
}

const chosen = (
  track: AudioTrack,
  windows: readonly SoundWindow[],
  silent: readonly AudioTrack[],
  { channels }: SoundChoiceOptions,
): ChosenSound => ({ track, plan: planChannels(windows, channels), silent });

async function listen(
  media: MediaInput,
  { streamIndex, channels }: AudioTrack,
  durationMs: number | null,
  { signal, onProgress }: SoundChoiceOptions,
): Promise<SoundWindow[]> {
  const windows: SoundWindow[] = [];
  const fewer = Math.round((MAX_WINDOWS * MANY_CHANNELS) / Math.max(MANY_CHANNELS, channels));
  const startsMs = spreadWindows(durationMs ?? 0, WINDOW_MS, Math.max(MIN_WINDOWS, fewer));
  try {
    for await (const window of decodeWindows(media, {
      streamIndex,
      startsMs,
      windowMs: WINDOW_MS,
      signal,
    })) {
      windows.push(window);
      onProgress();
    }
  } catch (error) {
    signal.throwIfAborted();
    // What is damaged is told when the whole is decoded.
    if (windows.length === 0 && typeof media !== "string") throw error;
  }
  return windows;
}

/** Where windows begin: all of a short recording; of a long one, evenly spread. */
export function spreadWindows(durationMs: number, windowMs: number, most: number): number[] {
  const fitting = Math.max(1, Math.ceil(durationMs / windowMs));
  const count = Math.min(most, fitting);
  const step = count > 1 ? (durationMs - windowMs) / (count - 1) : 0;
  return Array.from({ length: count }, (_, i) => Math.round(i * step));
}

const hasSound = ({ channels, samples }: SoundWindow): boolean =>
  Array.from({ length: channels }, (_, channel) => channel).some(
    (channel) => measureActivity(takeChannel(samples, channels, channel)).levelDb > SILENCE_DB,
  );

/** A sample of this size is heard (-70 dB). */
const HEARD = 0.000316;

/** Nobody speaks in it anywhere: where no window has a sound, all of it is looked through. */
async function isSilent(
  media: MediaInput,
  { streamIndex }: AudioTrack,
  windows: readonly SoundWindow[],
  { signal, onProgress }: SoundChoiceOptions,
): Promise<boolean> {
  if (windows.some(hasSound)) return false;
  try {
    for await (const chunk of decodeAudio(media, { streamIndex, signal })) {
      if (chunk.some((value) => Math.abs(value) > HEARD)) return false;
      onProgress();
    }
  } catch {
    signal.throwIfAborted();
    // A track that can't be decoded has nothing to hear either.
  }
  return true;
}
