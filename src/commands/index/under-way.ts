import { createEmbeddingTime } from "./embedding-time.ts";
import type { EventOf } from "./event-text.ts";
import { movePace, type Pace, paceRate, startPace } from "./pace.ts";
import type { WeightedObservation } from "./work-rate.ts";

/** A file that a worker is at. Times are those of the clock that is passed in, in milliseconds. */
export interface UnderWay {
  readonly startedAt: number;
  /** Whether it is the first file of its process, which had to be started. */
  readonly isFirst: boolean;
  readonly phase: EventOf<"phase">["phase"];
  /** Of the audio that is recognised; null before. */
  readonly pace: Pace | null;
  readonly embeddingAt: number | null;
  /** Whether a recogniser was loaded for it. */
  readonly hasLoaded: boolean;
  /** Of its text; embedding goes through the file once more. */
  readonly embeddedMs: number;
}

/** Less audio than this of a file that is under way says nothing of the speed. */
const MIN_HEARD_MS = 3000;
/** With so much audio behind it, a file tells as much of its own rest as all others together. */
const OWN_HALF_MS = 30_000;
/** What goes on just now tells as much as so many files that are over. */
const UNDER_WAY_WEIGHT = 2;
/** Of a rest that should be over by now, so much is still taken to be left. */
const LEAST_REST = 0.3;
/** A usual machine starts a process and loads the models in this time; a busy one takes longer. */
const USUAL_START_MS = 1500;
const MAX_SLOWNESS = 6;

export interface FilesUnderWay {
  readonly files: ReadonlyMap<string, UnderWay>;
  enterPhase(event: EventOf<"phase">): void;
  moveTo(path: string, positionMs: number): void;
  /** @returns how long the file took; undefined where the start of its process would count. */
  end(path: string): number | undefined;
  /** The most files at once so far: as many workers there are. */
  workers(): number;
  /** How much slower than usual the machine is, as its start showed. */
  slowness(): number;
  /** What is heard of files that are under way, and how long that took with what follows it. */
  heard(): readonly WeightedObservation[];
  /** How long a file that is under way still takes, by the rate of all and by its own. */
  leftMs(file: UnderWay, lengthMs: number, msPerUnit: number): number;
}

export function trackFiles(now: () => number): FilesUnderWay {
  const files = new Map<string, UnderWay>();
  const embedding = createEmbeddingTime();
  let [most, beganAt, recognisedAt]: [number, number | null, number | null] = [0, null, null];
  return {
    files,
    enterPhase({ path, phase }) {
      const at = now();
      const before = files.get(path);
      const isFirst = before?.isFirst ?? files.size >= most;
      files.set(path, {
        startedAt: before?.startedAt ?? at,
        isFirst,
        phase,
        pace: before?.pace ?? (phase === "recognising" ? startPace(at) : null),
        embeddingAt: before?.embeddingAt ?? (phase === "embedding" ? at : null),
        hasLoaded: phase === "loading" || (before?.hasLoaded ?? false),
        embeddedMs: before?.embeddedMs ?? 0,
      });
      most = Math.max(most, files.size);
      beganAt ??= at;
      if (phase === "recognising") recognisedAt ??= at;
    },
    moveTo(path, positionMs) {
      const file = files.get(path);
      if (file?.phase === "recognising" && file.pace)
        files.set(path, { ...file, pace: movePace(file.pace, now(), positionMs) });
      if (file?.phase === "embedding") files.set(path, { ...file, embeddedMs: positionMs });
    },
    end(path) {
      const file = files.get(path);
      files.delete(path);
      if (!file || file.phase === "awaiting-copy") return undefined;
      const { pace, embeddingAt, isFirst, hasLoaded, startedAt } = file;
      if (pace && embeddingAt !== null)
        embedding.tell(embeddingAt - pace.start.at, now() - embeddingAt);
      if (!isFirst && !hasLoaded) return now() - startedAt;
      return pace ? now() - pace.start.at : undefined;
    },
    workers: () => Math.max(1, most),
    slowness() {
      const tookMs = (recognisedAt ?? now()) - (beganAt ?? now());
      // Starting is held up more than recognising is: it waits for the disk and for new processes.
      return Math.min(MAX_SLOWNESS, Math.sqrt(Math.max(1, tookMs / USUAL_START_MS)));
    },
    heard: () =>
      [...files.values()].flatMap(({ phase, pace }) => {
        const units = pace ? heardMs(pace) : 0;
        const rate = pace && paceRate(pace);
        if (phase !== "recognising" || rate === undefined || rate === null || units < MIN_HEARD_MS)
          return [];
        const weight = (UNDER_WAY_WEIGHT * units) / (units + OWN_HALF_MS);
        return [{ units, ms: units * rate * (1 + embedding.share()), weight }];
      }),
    leftMs(file, lengthMs, msPerUnit) {
      const recognisingRate = msPerUnit / (1 + embedding.share());
      const embeddingMs = embedding.fixedMs() + recognisingRate * embedding.share() * lengthMs;
      return file.phase === "embedding"
        ? embeddingLeftMs(file, lengthMs, embeddingMs, now())
        : recognisingLeftMs(file, lengthMs, recognisingRate, now()) + embeddingMs;
    },
  };
}

/** How much of the audio is recognised. */
export const heardMs = ({ places }: Pace): number => places.at(-1)?.positionMs ?? 0;

/** By its own speed, where it tells how far it is. */
function embeddingLeftMs(
  { embeddingAt, embeddedMs }: UnderWay,
  lengthMs: number,
  guessMs: number,
  at: number,
): number {
  const tookMs = at - (embeddingAt ?? at);
  const guessed = Math.max(guessMs - tookMs, guessMs / 5);
  if (embeddedMs === 0) return guessed;
  const own = Math.max(0, (tookMs * (lengthMs - embeddedMs)) / embeddedMs);
  const trust = embeddedMs / (embeddedMs + lengthMs / 10);
  return (1 - trust) * guessed + trust * own;
}

function recognisingLeftMs(
  { pace }: UnderWay,
  lengthMs: number,
  ofAll: number,
  at: number,
): number {
  if (!pace) return ofAll * lengthMs;
  const positionMs = heardMs(pace);
  const trust = positionMs / (positionMs + OWN_HALF_MS);
  const rate = (1 - trust) * ofAll + trust * (paceRate(pace) ?? ofAll);
  const restMs = rate * Math.max(0, lengthMs - positionMs);
  const sinceMs = at - (pace.places.at(-1) ?? pace.start).at;
  return Math.max(restMs - sinceMs, restMs * LEAST_REST);
}
