import type { Cue } from "../types.ts";
import { lastEndMs } from "./captions/programme-time.ts";
import { measureActivity, takeChannel } from "./channel-activity.ts";
import type { SoundWindow } from "./decode-windows.ts";

/** Length of one step, in milliseconds: three frames of sound. */
export const STEP_MS = 96;
const FRAMES_A_STEP = 3;

/** Whether there is speech, step by step from a time on. */
export interface SpeechPresence {
  readonly startMs: number;
  readonly isSpeech: readonly boolean[];
}

/** Tells speech from pauses by loudness, in each window by its own noise. */
export function speechPresence(windows: readonly SoundWindow[]): SpeechPresence[] {
  return windows.flatMap(({ samples, channels, startMs }) => {
    if (startMs === null) return [];
    const powers = Array.from({ length: channels }, (_, channel) =>
      measureActivity(takeChannel(samples, channels, channel)),
    );
    const loudest = powers.toSorted((a, b) => b.levelDb - a.levelDb)[0];
    if (!loudest || !loudest.mayBeSpeech) return [];
    const { framesDb, levelDb } = loudest;
    const floorDb = framesDb.toSorted((a, b) => a - b)[Math.floor(framesDb.length * 0.1)] ?? 0;
    const threshold = Math.max(floorDb, levelDb - 50) / 2 + levelDb / 2;
    const steps = Math.floor(framesDb.length / FRAMES_A_STEP);
    return [
      {
        startMs,
        isSpeech: Array.from({ length: steps }, (_, step) =>
          framesDb
            .slice(step * FRAMES_A_STEP, (step + 1) * FRAMES_A_STEP)
            .some((db) => db > threshold),
        ),
      },
    ];
  });
}

/** Captions that agree less with the speech than another place for them by this are suspect. */
const MAX_BETTER = 0.12;
/** They are suspect too when they agree so little. */
const MIN_AGREEMENT = 0.25;
const SEARCHED_MS = 60_000;
/** Where nearly always or nearly never is speech or text, nothing can be told. */
const MIN_SHARE = 0.06;
/** Text after the end of the media, or before or after all speech. */
const APART_MS = 1500;

/** How captions and speech go together, as far as pauses of both tell. */
export interface PauseReport {
  readonly isSuspect: boolean;
  /** How late the captions are where pauses alone are sure of it, in milliseconds; else null. */
  readonly lateMs: number | null;
}

/** Compares when text is shown with when somebody speaks. `cues` are in time order. */
export function comparePauses(
  cues: readonly Cue[],
  presence: readonly SpeechPresence[],
  durationMs: number,
): PauseReport {
  const shown = shownSteps(cues, durationMs + SEARCHED_MS);
  const now = agreement(shown, presence, 0);
  const isPastEnd = cues.some(({ startMs }) => startMs > durationMs + APART_MS);
  if (now === null && !isPastEnd) return { isSuspect: areEdgesApart(cues, presence), lateMs: null };
  const steps = Math.floor(SEARCHED_MS / STEP_MS);
  const places = Array.from({ length: 2 * steps + 1 }, (_, i) => {
    const shift = i - steps;
    return { lateMs: shift * STEP_MS, agreement: agreement(shown, presence, shift) ?? 0 };
  });
  const best = places.reduce((a, b) => (b.agreement > a.agreement ? b : a));
  const isBetter = best.agreement > (now ?? 0) + MAX_BETTER;
  return {
    isSuspect: isPastEnd || isBetter || (now ?? 0) < MIN_AGREEMENT,
    lateMs: isSure(best, places, now ?? 0) && cues.length >= MIN_SURE_CUES ? best.lateMs : null,
  };
}

interface Place {
  readonly lateMs: number;
  readonly agreement: number;
}

/** Pauses of fewer lines may fit by chance. */
const MIN_SURE_CUES = 10;
const SURE_AGREEMENT = 0.5;
/** How much better the best place must be than any that is farther than this away. */
const SURE_LEAD = 0.25;
const SAME_PLACE_MS = 2000;

const isSure = (best: Place, places: readonly Place[], now: number): boolean =>
  best.agreement >= SURE_AGREEMENT &&
  now < best.agreement - SURE_LEAD &&
  places.every(
    (place) =>
      Math.abs(place.lateMs - best.lateMs) <= SAME_PLACE_MS ||
      place.agreement < best.agreement - SURE_LEAD,
  );

/** So many steps in a row are speech, not a click. */
const MIN_SPOKEN_STEPS = 4;

/** Whether text without pauses begins or ends at another time than the speech does. */
function areEdgesApart(cues: readonly Cue[], presence: readonly SpeechPresence[]): boolean {
  const spokenMs = presence.flatMap(({ startMs, isSpeech }) =>
    isSpeech.flatMap((_, i) =>
      isSpeech.slice(i, i + MIN_SPOKEN_STEPS).every(Boolean) &&
      i + MIN_SPOKEN_STEPS <= isSpeech.length
        ? [startMs + i * STEP_MS]
        : [],
    ),
  );
  if (spokenMs.length === 0 || cues.length === 0) return false;
  const first = (cues[0]?.startMs ?? 0) - Math.min(...spokenMs);
  const last = lastEndMs(cues) - Math.max(...spokenMs);
  return Math.abs(first) > APART_MS || Math.abs(last) > 2 * APART_MS;
}

function shownSteps(cues: readonly Cue[], untilMs: number): Uint8Array {
  const shown = new Uint8Array(Math.ceil(untilMs / STEP_MS));
  for (const { startMs, endMs } of cues)
    shown.fill(1, Math.floor(startMs / STEP_MS), Math.ceil(endMs / STEP_MS));
  return shown;
}

/** The correlation of both, -1 to 1; null where one of them hardly changes. */
function agreement(
  shown: Uint8Array,
  presence: readonly SpeechPresence[],
  shift: number,
): number | null {
  let [both, text, speech, all] = [0, 0, 0, 0];
  for (const { startMs, isSpeech } of presence) {
    const from = Math.round(startMs / STEP_MS) + shift;
    for (let i = 0; i < isSpeech.length; i++) {
      const isShown = shown[from + i] ?? 0;
      const isSaid = isSpeech[i] === true ? 1 : 0;
      both += isShown * isSaid;
      text += isShown;
      speech += isSaid;
      all++;
    }
  }
  const isFlat = (count: number): boolean =>
    count < MIN_SHARE * all || count > (1 - MIN_SHARE) * all;
  if (all === 0 || isFlat(speech) || isFlat(text)) return null;
  const varied = Math.sqrt(text * (all - text) * speech * (all - speech));
  return (both * all - text * speech) / varied;
}
