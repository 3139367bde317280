import { describe, expect, it } from "vitest";
import type { IndexingEvent } from "../../app/indexing/index-event.ts";
import { createEstimator } from "./estimate.ts";

/** A file of a made-up run: what it is, and how long it really takes, in milliseconds. */
interface MadeUpFile {
  readonly kind: "audio" | "captions";
  readonly sizeBytes: number;
  readonly durationMs: number | null;
  readonly recognisingMs: number;
  readonly embeddingMs: number;
  readonly fails?: boolean;
}

const speech = (seconds: number, msPerSecond = 80): MadeUpFile => ({
  kind: "audio",
  sizeBytes: seconds * 32_000,
  durationMs: seconds * 1000,
  recognisingMs: 60 + seconds * msPerSecond,
  // Of recognising 1.5 to 4 %, as measured.
  embeddingMs: 10 + seconds * 2.4,
});
const captions = (bytes: number): MadeUpFile => ({
  kind: "captions",
  sizeBytes: bytes,
  durationMs: null,
  recognisingMs: 0,
  embeddingMs: 30 + bytes / 20,
});
const damaged: MadeUpFile = {
  kind: "audio",
  sizeBytes: 400_000,
  durationMs: 0,
  recognisingMs: 0,
  embeddingMs: 15,
  fails: true,
};

const START_MS = 1200;
const TICK_MS = 100;

interface TimedEvent {
  readonly atMs: number;
  readonly event: IndexingEvent;
}

const pathOf = (file: MadeUpFile, i: number): string =>
  `/media/${i}.${file.kind === "audio" ? "wav" : "vtt"}`;

function surveyOf(file: MadeUpFile, i: number): TimedEvent[] {
  const { kind, sizeBytes, durationMs } = file;
  const work = { path: pathOf(file, i), kind, sizeBytes };
  const bySize = { atMs: 300, event: { type: "expected", work: { ...work, durationMs: null } } };
  const byLength = { atMs: 700, event: { type: "expected", work: { ...work, durationMs } } };
  return (kind === "audio" ? [bySize, byLength] : [bySize]) as TimedEvent[];
}

/** What a worker tells of one file that it begins at that time. */
function eventsOf(file: MadeUpFile, path: string, fromMs: number, startMs: number): TimedEvent[] {
  const events: TimedEvent[] = [];
  let clock = fromMs;
  const tell = (event: object): void => void events.push({ atMs: clock, event } as TimedEvent);
  const pass = (tookMs: number): void => {
    for (let doneMs = 200; doneMs < tookMs; doneMs += 200) {
      const positionMs = ((file.durationMs ?? 0) * doneMs) / tookMs;
      events.push({
        atMs: clock + doneMs,
        event: { type: "progress", path, positionMs, durationMs: null },
      });
    }
    clock += tookMs;
  };
  tell({ type: "phase", path, phase: "reading" });
  clock += startMs;
  if (file.recognisingMs > 0) {
    tell({ type: "phase", path, phase: "recognising" });
    pass(file.recognisingMs);
    tell({ type: "phase", path, phase: "embedding" });
  }
  pass(file.embeddingMs);
  tell(outcome(path, file));
  return events;
}

/**
 * Runs files on two workers in made-up time.
 * @returns the estimates, each beside what was really left.
 */
function runFiles(files: readonly MadeUpFile[]): readonly (readonly [number, number])[] {
  const timeline = files.flatMap(surveyOf);
  const freeAt: [number, number] = [0, 0];
  for (const [i, file] of files.entries()) {
    const lane = freeAt[0] <= freeAt[1] ? 0 : 1;
    const startMs = freeAt[lane] === 0 ? START_MS : 0;
    const own = eventsOf(file, pathOf(file, i), freeAt[lane] + 1, startMs);
    timeline.push(...own);
    freeAt[lane] = own.at(-1)?.atMs ?? 0;
  }
  const endMs = Math.max(...freeAt);
  timeline.sort((a, b) => a.atMs - b.atMs);
  let now = 0;
  const estimator = createEstimator(() => now);
  const compared: (readonly [number, number])[] = [];
  let next = 0;
  for (; now < endMs; now += TICK_MS) {
    for (; next < timeline.length && (timeline[next]?.atMs ?? 0) <= now; next++)
      estimator.add((timeline[next] as TimedEvent).event);
    const leftMs = endMs - now;
    if (now >= endMs / 10 && leftMs > 1000)
      compared.push([estimator.read()?.leftMs ?? NaN, leftMs]);
  }
  return compared;
}

const outcome = (path: string, { kind, durationMs, fails = false }: MadeUpFile): IndexingEvent =>
  fails
    ? ({ type: "failed", path, error: new Error("damaged") } as unknown as IndexingEvent)
    : ({
        type: "indexed",
        path,
        transcript: { origin: kind === "audio" ? "asr" : "captions", durationMs },
        segmentCount: 1,
        isPartial: false,
      } as unknown as IndexingEvent);

const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

describe("the time left", () => {
  it.each([
    ["of short files", times(120, (i) => speech(2 + (i % 7)))],
    ["of one long file", [speech(3600)]],
    [
      "of short files, then long ones",
      [...times(40, (i) => speech(4 + (i % 3))), ...times(4, () => speech(600))],
    ],
    [
      "of long files, then short ones",
      [...times(4, () => speech(300)), ...times(60, () => speech(5))],
    ],
    ["of captions", times(300, (i) => captions(3000 + 500 * (i % 9)))],
    ["of a mixture", times(90, (i) => (i % 3 === 0 ? captions(8000) : speech(5 + 20 * (i % 5))))],
    ["where three of four fail", times(200, (i) => (i % 4 === 0 ? speech(25) : damaged))],
    ["on a slow machine", times(60, (i) => speech(10 + (i % 20), 700))],
  ])("%s is true within a factor of 1.5 after the first tenth", (_, files) => {
    const compared = runFiles(files);
    expect(compared.length).toBeGreaterThan(5);
    for (const [estimated, really] of compared)
      expect(estimated / really, `${estimated} of ${really}`).toSatisfy(
        (ratio: number) => ratio > 1 / 1.5 && ratio < 1.5,
      );
  });
});

it("expects nothing of a copy that waits, and little of files like those that were copies", () => {
  let now = 0;
  const estimator = createEstimator(() => now);
  const work = (name: string) =>
    ({ path: `/${name}.wav`, kind: "audio", sizeBytes: 9, durationMs: 60_000 }) as const;
  const tell = (event: object): void => estimator.add(event as IndexingEvent);
  const left = (): number => estimator.read()?.leftMs ?? NaN;
  for (const name of ["a", "b"]) tell({ type: "expected", work: work(name) });
  for (const name of ["a", "b"]) tell({ type: "phase", path: `/${name}.wav`, phase: "reading" });
  tell({ type: "phase", path: "/a.wav", phase: "recognising" });
  const both = left();
  tell({ type: "phase", path: "/b.wav", phase: "awaiting-copy" });
  expect(left()).toBeLessThanOrEqual(both);
  now = 4000;
  tell(outcome("/a.wav", speech(60)));
  expect(left()).toBe(0);
  tell({ type: "reused", path: "/b.wav", how: "copied", from: "/a.wav" });
  tell({ type: "expected", work: work("c") });
  const afterOneCopy = left();
  tell({ type: "reused", path: "/c.wav", how: "copied", from: "/a.wav" });
  tell({ type: "expected", work: work("d") });
  expect(left()).toBeLessThan(afterOneCopy);
});

it("counts what is over, though it is told of late", () => {
  const estimator = createEstimator(() => 0);
  const work = { path: "/a.wav", kind: "audio", sizeBytes: 32_000, durationMs: null } as const;
  estimator.add(outcome("/a.wav", speech(10)));
  estimator.add({ type: "expected", work });
  expect(estimator.read()).toMatchObject({ share: 1, leftMs: 0, audioMs: 10_000 });
  estimator.add({ type: "found", path: "/a.wav" });
  estimator.add({ type: "expected", work });
  expect(estimator.read()?.share).toBeLessThan(1);
});
