import type { IndexingEvent } from "../../app/indexing/index-event.ts";
import type { Origin } from "../../types.ts";
import type { EventOf } from "./event-text.ts";
import { createLengthGuess, type LengthGuess } from "./length-guess.ts";
import { type FilesUnderWay, heardMs as heardMsOf, trackFiles } from "./under-way.ts";
import { createWorkRate, type WorkRate, type WorkRateEstimate } from "./work-rate.ts";

/** How far a run is, and how long it still takes. */
export interface RunEstimate {
  /** From 0 to 1, by time: what is done, of what there is to do. */
  readonly share: number;
  readonly leftMs: number;
  /** Milliseconds of audio that are recognised, and that there are, as far as it is known. */
  readonly audioMs: number;
  readonly totalAudioMs: number;
}

export interface RunEstimator {
  add(event: IndexingEvent): void;
  /** undefined while nothing is known of what there is to do. */
  read(): RunEstimate | undefined;
}

type Work = EventOf<"expected">["work"];
type Kind = Work["kind"];

const KINDS: readonly Kind[] = ["audio", "captions"];
/** Of usual machines: milliseconds for one of audio, and for a byte of captions. */
const GUESSES: Readonly<Record<Kind, WorkRate>> = {
  audio: { fixedMs: 200, msPerUnit: 1 / 15 },
  captions: { fixedMs: 50, msPerUnit: 0.1 },
};
/** What can't be read fails at once. */
const GUESSED_FAILURE_MS = 30;
/** More files than this are taken as spread evenly over the workers. */
const MAX_SCHEDULED = 5000;

interface Done {
  files: number;
  units: number;
}

interface EstimatorState {
  /** What there is to do, and not done yet. */
  readonly pending: Map<string, Work>;
  /** What is over: news of what there is to do may come late. */
  readonly over: Set<string>;
  readonly done: Readonly<Record<Kind, Done>>;
  readonly rates: Readonly<Record<Kind, WorkRateEstimate>>;
  /** Media that can't be read, and copies: units are milliseconds. */
  readonly quick: Done;
  readonly lengths: LengthGuess;
  readonly underWay: FilesUnderWay;
}

/**
 * Estimates the time of a run from one base: how long a second of audio and a byte of captions take
 * on this machine, as its own files show. `now` tells milliseconds.
 */
export function createEstimator(now: () => number = () => performance.now()): RunEstimator {
  const state: EstimatorState = {
    pending: new Map(),
    over: new Set(),
    done: { audio: { files: 0, units: 0 }, captions: { files: 0, units: 0 } },
    rates: { audio: createWorkRate(GUESSES.audio), captions: createWorkRate(GUESSES.captions) },
    quick: { files: 1, units: GUESSED_FAILURE_MS },
    lengths: createLengthGuess(),
    underWay: trackFiles(now),
  };
  return {
    add(event) {
      if (event.type === "expected") return expectWork(event.work, state);
      if (!("path" in event)) return;
      if (event.type === "found") return void state.over.delete(event.path);
      if (event.type === "phase") state.underWay.enterPhase(event);
      else if (event.type === "progress") follow(event, state);
      else if (event.type === "retrying") state.underWay.end(event.path);
      else if (event.type !== "recognised") finish(event.path, event, state);
    },
    read: () => readEstimate(state),
  };
}

function expectWork(work: Work, { over, pending, lengths }: EstimatorState): void {
  if (over.has(work.path)) return;
  pending.set(work.path, work);
  if (work.durationMs !== null) lengths.tell(work, work.durationMs);
}

function follow(
  { path, positionMs, durationMs }: EventOf<"progress">,
  { pending, lengths, underWay }: EstimatorState,
): void {
  underWay.moveTo(path, positionMs);
  const work = pending.get(path);
  if (work?.kind !== "audio" || work.durationMs !== null || durationMs === null) return;
  pending.set(path, { ...work, durationMs });
  lengths.tell(work, durationMs);
}

function finish(path: string, event: IndexingEvent, state: EstimatorState): void {
  const { pending, over, done, rates, lengths, underWay } = state;
  const work = pending.get(path);
  const ms = underWay.end(path);
  pending.delete(path);
  if (event.type !== "unchanged") over.add(path);
  if (ms !== undefined && isQuick(work)) {
    state.quick.files++;
    state.quick.units += ms;
  }
  if (work?.kind === "audio" && !isQuick(work)) lengths.tellSource(path, sourceOf(event));
  if (event.type !== "indexed") return;
  const { origin, durationMs } = event.transcript;
  const kind: Kind = origin === "asr" ? "audio" : "captions";
  // Captions inside media have no size of their own.
  const captionBytes = work?.kind === "captions" ? work.sizeBytes : 0;
  const units = kind === "audio" ? (durationMs ?? 0) : captionBytes;
  done[kind].files++;
  done[kind].units += units;
  if (ms !== undefined && units > 0) rates[kind].add({ units, ms });
}

/** What was there already, and what failed, was not recognised. */
const sourceOf = (event: IndexingEvent): Origin | "elsewhere" =>
  event.type === "indexed" ? event.transcript.origin : "elsewhere";

/** A first look found nothing to recognise. */
const isQuick = (work: Work | undefined): boolean =>
  work?.kind === "audio" && work.durationMs === 0;

function readEstimate(state: EstimatorState): RunEstimate | undefined {
  const { pending, done, quick, lengths, underWay } = state;
  if (pending.size === 0 && KINDS.every((kind) => done[kind].files === 0)) return undefined;
  const rates = currentRates(state);
  const unitsOf = (work: Work): number =>
    work.kind === "captions"
      ? work.sizeBytes
      : (work.durationMs ?? lengths.guess(work)) * lengths.audioShare(work);
  const costOf = (work: Work): number =>
    isQuick(work)
      ? quick.units / quick.files
      : rates[work.kind].fixedMs + rates[work.kind].msPerUnit * unitsOf(work);
  const lanes: number[] = [];
  const waiting: number[] = [];
  let [workedMs, heardMs, totalAudioMs] = [0, done.audio.units, done.audio.units];
  for (const [path, work] of pending) {
    const file = underWay.files.get(path);
    // It takes over what is being made of the same content.
    if (file?.phase === "awaiting-copy") continue;
    if (work.kind === "audio") totalAudioMs += unitsOf(work);
    if (!file) {
      waiting.push(costOf(work));
      continue;
    }
    const leftMs =
      work.kind === "audio"
        ? underWay.leftMs(file, unitsOf(work), rates.audio.msPerUnit)
        : costOf(work) / 2;
    lanes.push(leftMs);
    heardMs += file.pace ? heardMsOf(file.pace) : 0;
    workedMs += Math.max(0, costOf(work) - leftMs);
  }
  for (const kind of KINDS)
    workedMs += done[kind].files * rates[kind].fixedMs + done[kind].units * rates[kind].msPerUnit;
  const remainingMs = [...lanes, ...waiting].reduce((sum, ms) => sum + ms, 0);
  return {
    share: workedMs + remainingMs === 0 ? 1 : workedMs / (workedMs + remainingMs),
    leftMs: scheduleMs(lanes, waiting, underWay.workers()),
    audioMs: heardMs,
    totalAudioMs,
  };
}

function currentRates({ done, rates, underWay }: EstimatorState): Readonly<Record<Kind, WorkRate>> {
  const heard = underWay.heard();
  const audio = rates.audio.rate(heard);
  const isGuess = heard.length === 0 && done.audio.files === 0;
  const factor = isGuess ? underWay.slowness() : 1;
  return {
    audio: { fixedMs: audio.fixedMs * factor, msPerUnit: audio.msPerUnit * factor },
    captions: rates.captions.rate([]),
  };
}

/** How long it takes until all is done, when each worker that is free takes the next file. */
function scheduleMs(
  underWay: readonly number[],
  waiting: readonly number[],
  workers: number,
): number {
  const lanes = [...underWay, ...Array<number>(Math.max(0, workers - underWay.length)).fill(0)];
  if (waiting.length > MAX_SCHEDULED) {
    const sumMs = [...lanes, ...waiting].reduce((sum, ms) => sum + ms, 0);
    return Math.max(...lanes, sumMs / lanes.length);
  }
  for (const ms of waiting) {
    const next = lanes.indexOf(Math.min(...lanes));
    lanes[next] = (lanes[next] ?? 0) + ms;
  }
  return Math.max(0, ...lanes);
}
