import type { Transcriber } from "../../asr/transcriber.ts";
import { toMediasearchError } from "../../errors.ts";
import { isRemote } from "../../location.ts";
import {
  applyTiming,
  type CaptionTiming,
  describeTiming,
  findPoint,
  fitTiming,
  isOutOfStep,
  timedWords,
  type TimingPoint,
} from "../../media/captions/caption-timing.ts";
import { createMixer } from "../../media/channel-mixer.ts";
import { planChannels } from "../../media/channel-plan.ts";
import { decodeWindows, type SoundWindow } from "../../media/decode-windows.ts";
import type { MediaInfo } from "../../media/probe.ts";
import { spreadWindows } from "../../media/sound-choice.ts";
import { comparePauses, type SpeechPresence, speechPresence } from "../../media/speech-presence.ts";
import type { CaptionTranscript } from "./captions.ts";
import { type CaptionServices, mediaOf } from "./choose-captions.ts";
import type { FileTask } from "./protocol.ts";

export interface SyncServices extends CaptionServices {
  readonly transcriber: (name: string) => Promise<Transcriber>;
}

/** Engines of captions beside media, not inside them. */
const BESIDE = "captions:";

/** What is listened to of a recording. */
const WINDOW_MS = 20_000;
const MAX_WINDOWS = 12;
/** What of that is recognised at most. */
const MAX_PROBES = 5;
/** So many that agree are enough. */
const ENOUGH_POINTS = 3;
/** Shorter captions and recordings tell nothing. */
const MIN_CUES = 3;
const MIN_DURATION_MS = 8000;

/**
 * Captions beside media at the times of its speech. Those that pauses make suspect are compared
 * with a few recognised stretches; how far they are away is told, and mended when the user asks for
 * it.
 */
export async function inStep(
  task: FileTask,
  captions: CaptionTranscript,
  info: MediaInfo | null,
  services: SyncServices,
  warnings: string[],
): Promise<CaptionTranscript> {
  const { resync = false } = task;
  const durationMs = info?.durationMs ?? null;
  if (!info?.audio || durationMs === null || !captions.engine.startsWith(BESIDE)) return captions;
  if (!resync && !isWorthALook(task, captions, durationMs)) return captions;
  const tell = (text: string): void => void warnings.push(`${captions.label}: ${text}`);
  try {
    const windows = await listen(task, info, durationMs, services);
    const presence = speechPresence(windows);
    const { isSuspect, lateMs } = comparePauses(captions.cues, presence, durationMs);
    if (!resync && !isSuspect) return captions;
    const byPauses = lateMs === null ? null : { rate: 1, offsetMs: lateMs };
    const timing =
      (await measureTiming(task, captions, { windows, presence }, services)) ?? byPauses;
    if (!timing) {
      if (resync) tell("it could not be compared with the speech: its times were kept");
      return captions;
    }
    if (!isOutOfStep(timing, durationMs)) return captions;
    const away = describeTiming(timing, durationMs);
    if (!resync) {
      tell(`${away}, by the speech; --resync mends that`);
      return captions;
    }
    tell(`${away}: that was mended`);
    return { ...captions, cues: applyTiming(captions.cues, timing) };
  } catch (error) {
    services.signal.throwIfAborted();
    // Captions are good without a recogniser, and most are in step.
    if (resync)
      tell(
        `it could not be compared with the speech (${toMediasearchError(error, task.path).message}): its times were kept`,
      );
    return captions;
  }
}

/** Recordings that are elsewhere are not fetched for that. */
const isWorthALook = (
  { captions, path }: FileTask,
  { cues }: CaptionTranscript,
  durationMs: number,
): boolean =>
  captions !== "only" &&
  !isRemote(path) &&
  cues.length >= MIN_CUES &&
  durationMs >= MIN_DURATION_MS;

async function listen(
  task: FileTask,
  { audio }: MediaInfo,
  durationMs: number,
  services: SyncServices,
): Promise<SoundWindow[]> {
  const windows: SoundWindow[] = [];
  for await (const window of decodeWindows(await mediaOf(task, services), {
    streamIndex: audio?.streamIndex ?? -1,
    startsMs: spreadWindows(durationMs, WINDOW_MS, MAX_WINDOWS),
    windowMs: WINDOW_MS,
    signal: services.signal,
  })) {
    windows.push(window);
    services.onProgress(0, durationMs);
  }
  return windows;
}

interface Heard {
  readonly windows: readonly SoundWindow[];
  readonly presence: readonly SpeechPresence[];
}

/** Recognises stretches all over the recording and finds their words in the captions. */
async function measureTiming(
  task: FileTask,
  captions: CaptionTranscript,
  { windows, presence }: Heard,
  services: SyncServices,
): Promise<CaptionTiming | null> {
  const [engine] = task.engines;
  if (engine === undefined) return null;
  const spoken = new Set(presence.map(({ startMs }) => startMs));
  const probes = spread(windows.filter(({ startMs }) => startMs !== null && spoken.has(startMs)));
  if (probes.length === 0) return null;
  const written = timedWords(captions.cues);
  const known = captions.language === "und" ? undefined : captions.language;
  const points: TimingPoint[] = [];
  try {
    const transcriber = await services.transcriber(engine);
    for (const probe of probes) {
      const { cues } = await transcriber.transcribe(soundOf(probe, windows), {
        language: task.language ?? known,
        signal: services.signal,
        onProgress: (positionMs) => services.onProgress(positionMs, null),
      });
      const heard = timedWords(cues).map(({ text, atMs }) => ({
        text,
        atMs: atMs + (probe.startMs ?? 0),
      }));
      const point = findPoint(heard, written);
      if (point) points.push(point);
      if (points.length >= ENOUGH_POINTS && fitTiming(points)?.rate === 1) break;
    }
  } catch {
    services.signal.throwIfAborted();
    // Captions are good without a recogniser; pauses may tell enough.
  }
  return fitTiming(points);
}

/** From the start, the end, and between, so that a drift shows: the outer ones first. */
function spread(windows: readonly SoundWindow[]): SoundWindow[] {
  const count = Math.min(MAX_PROBES, windows.length);
  const chosen = Array.from(
    { length: count },
    (_, i) => windows[Math.round((i * (windows.length - 1)) / Math.max(1, count - 1))],
  ).filter((window) => window !== undefined);
  const [first, ...others] = chosen;
  const last = others.pop();
  return [first, last, ...others].filter((window) => window !== undefined);
}

const RATE = 16_000;

/** One window as recognisers take sound: mono, in chunks of a second. */
async function* soundOf(
  { samples, channels }: SoundWindow,
  windows: readonly SoundWindow[],
): AsyncIterable<Float32Array> {
  const [planned] = planChannels(windows, "mix").mixes;
  const even = { weights: Array.from({ length: channels }, () => 1 / channels) };
  const mix = planned?.weights.length === channels ? planned : even;
  const mono = createMixer(mix, RATE)(samples);
  for (let from = 0; from < mono.length; from += RATE) yield mono.slice(from, from + RATE);
}
