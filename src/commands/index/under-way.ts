import type { EventOf } from "./event-text.ts";

/** A file that a worker is at. Times are those of the clock that is passed in, in milliseconds. */
export interface UnderWay {
  readonly startedAt: number;
  /** Whether it is the first file of its process, which had to be started. */
  readonly isFirst: boolean;
  readonly phase: EventOf<"phase">["phase"];
  readonly recognisingAt: number | null;
  readonly embeddingAt: number | null;
  /** Whether a recogniser was loaded for it. */
  readonly hasLoaded: boolean;
  /** Of the audio that is recognised. */
  readonly positionMs: number;
  /** Of its text; embedding goes through the file once more. */
  readonly embeddedMs: number;
}

/** Less audio than this of a file that is under way says nothing of the speed. */
const MIN_HEARD_MS = 3000;
/** With so much audio behind it, a file tells as much of its own rest as all others together. */
const OWN_HALF_MS = 15_000;
/** How long embedding takes, as a part of the time of recognising; a guess worth two seconds. */
const EMBEDDING_SHARE = 0.05;
const EMBEDDING_GUESS_MS = 2000;
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
  heard(): readonly { readonly units: number; readonly ms: number }[];
  /** How long a file that is under way still takes, by the rate of all and by its own. */
  leftMs(file: UnderWay, lengthMs: number, msPerUnit: number): number;
}

export function trackFiles(now: () => number): FilesUnderWay {
  const files = new Map<string, UnderWay>();
  const known = {
    recognisingMs: EMBEDDING_GUESS_MS,
    embeddingMs: EMBEDDING_GUESS_MS * EMBEDDING_SHARE,
  };
  const embeddingShare = (): number => known.embeddingMs / known.recognisingMs;
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
        recognisingAt: before?.recognisingAt ?? (phase === "recognising" ? at : null),
        embeddingAt: before?.embeddingAt ?? (phase === "embedding" ? at : null),
        hasLoaded: phase === "loading" || (before?.hasLoaded ?? false),
        positionMs: before?.positionMs ?? 0,
        embeddedMs: before?.embeddedMs ?? 0,
      });
      most = Math.max(most, files.size);
      beganAt ??= at;
      if (phase === "recognising") recognisedAt ??= at;
    },
    moveTo(path, positionMs) {
      const file = files.get(path);
      if (file?.phase === "recognising") files.set(path, { ...file, positionMs });
      if (file?.phase === "embedding") files.set(path, { ...file, embeddedMs: positionMs });
    },
    end(path) {
      const file = files.get(path);
      files.delete(path);
      if (!file) return undefined;
      if (file.recognisingAt !== null && file.embeddingAt !== null) {
        known.recognisingMs += file.embeddingAt - file.recognisingAt;
        known.embeddingMs += now() - file.embeddingAt;
      }
      if (!file.isFirst && !file.hasLoaded) return now() - file.startedAt;
      return file.recognisingAt === null ? undefined : now() - file.recognisingAt;
    },
    workers: () => Math.max(1, most),
    slowness() {
      const tookMs = (recognisedAt ?? now()) - (beganAt ?? now());
      return Math.min(MAX_SLOWNESS, Math.max(1, tookMs / USUAL_START_MS));
    },
    heard: () =>
      [...files.values()].flatMap(({ phase, recognisingAt, positionMs }) =>
        phase === "recognising" && recognisingAt !== null && positionMs >= MIN_HEARD_MS
          ? [{ units: positionMs, ms: (now() - recognisingAt) * (1 + embeddingShare()) }]
          : [],
      ),
    leftMs(file, lengthMs, msPerUnit) {
      const recognisingRate = msPerUnit / (1 + embeddingShare());
      return restMs(file, lengthMs, recognisingRate, embeddingShare(), now());
    },
  };
}

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
  const trust = embeddedMs / (embeddedMs + lengthMs / 5);
  return (1 - trust) * guessed + trust * own;
}

function restMs(
  file: UnderWay,
  lengthMs: number,
  ofAll: number,
  embeddingShare: number,
  at: number,
): number {
  const { recognisingAt, positionMs } = file;
  const embeddingMs = embeddingShare * lengthMs;
  if (file.phase === "embedding") return embeddingLeftMs(file, lengthMs, ofAll * embeddingMs, at);
  const trust = positionMs / (positionMs + OWN_HALF_MS);
  const own =
    recognisingAt === null || positionMs === 0 ? ofAll : (at - recognisingAt) / positionMs;
  const unheardMs = Math.max(0, lengthMs - positionMs);
  return ((1 - trust) * ofAll + trust * own) * (unheardMs + embeddingMs);
}
