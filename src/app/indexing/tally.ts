import type { RunEvent } from "../../pipeline/run.ts";

/** Files by what became of them, unless a name says otherwise. */
export interface RunCounts {
  readonly found: number;
  /** Files that there are in all; null until they are counted. */
  readonly total: number | null;
  readonly indexed: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly reused: number;
  readonly deleted: number;
  /** Attempts that failed and were repeated. */
  readonly retried: number;
  readonly quarantined: number;
  readonly failed: number;
  /** Indexed without embeddings. */
  readonly partial: number;
  readonly waiting: number;
  /** Indexed from captions. */
  readonly captions: number;
  /** Indexed by a recogniser. */
  readonly asr: number;
  /** Films without sound, where there was nothing to index. */
  readonly silentFilms: number;
  /** Recognised by another recogniser than the first one. */
  readonly fellBack: number;
  /** Recognised without times of single words. */
  readonly coarse: number;
  readonly wouldIndex: number;
  /** Milliseconds of audio that are indexed. */
  readonly doneMs: number;
  /** Milliseconds of audio that were recognised. */
  readonly asrMs: number;
  readonly segments: number;
  /** Milliseconds in which a file was worked at: a run that waits for changes is idle. */
  readonly busyMs: number;
}

type MutableCounts = { -readonly [K in keyof RunCounts]: RunCounts[K] };

const NONE: RunCounts = {
  found: 0,
  total: null,
  indexed: 0,
  unchanged: 0,
  skipped: 0,
  reused: 0,
  deleted: 0,
  retried: 0,
  quarantined: 0,
  failed: 0,
  partial: 0,
  waiting: 0,
  captions: 0,
  asr: 0,
  silentFilms: 0,
  fellBack: 0,
  coarse: 0,
  wouldIndex: 0,
  doneMs: 0,
  asrMs: 0,
  segments: 0,
  busyMs: 0,
};

export interface Tally {
  readonly counts: RunCounts;
  add(event: RunEvent): void;
}

export function createTally(): Tally {
  const counts: MutableCounts = { ...NONE };
  const clock = createBusyClock();
  return {
    get counts() {
      return { ...counts, busyMs: clock.busyMs() };
    },
    add(event) {
      clock.add(event);
      countEvent(counts, event);
    },
  };
}

/** Events of a file after which it is still being worked at, or was not begun. */
const NO_OUTCOME = new Set<RunEvent["type"]>(["found", "phase", "progress", "recognised"]);

/** Measures the time in which at least one file is worked at. */
function createBusyClock(): {
  readonly add: (event: RunEvent) => void;
  readonly busyMs: () => number;
} {
  const underWay = new Set<string>();
  let doneMs = 0;
  let sinceMs = 0;
  return {
    add(event) {
      if (!("path" in event)) return;
      const wasBusy = underWay.size > 0;
      if (event.type === "phase") underWay.add(event.path);
      else if (!NO_OUTCOME.has(event.type)) underWay.delete(event.path);
      if (!wasBusy && underWay.size > 0) sinceMs = performance.now();
      if (wasBusy && underWay.size === 0) doneMs += performance.now() - sinceMs;
    },
    busyMs: () => doneMs + (underWay.size > 0 ? performance.now() - sinceMs : 0),
  };
}

const COUNTED_EVENTS = {
  unchanged: "unchanged",
  skipped: "skipped",
  reused: "reused",
  deleted: "deleted",
  retrying: "retried",
  quarantined: "quarantined",
  failed: "failed",
  waiting: "waiting",
  "would-index": "wouldIndex",
} as const satisfies Partial<Record<RunEvent["type"], keyof RunCounts>>;

function countEvent(counts: MutableCounts, event: RunEvent): void {
  if (event.type === "total") counts.total = event.files;
  else if (event.type === "found") countFound(counts);
  else if (event.type === "indexed") countIndexed(counts, event);
  else if (event.type in COUNTED_EVENTS)
    counts[COUNTED_EVENTS[event.type as keyof typeof COUNTED_EVENTS]]++;
}

/** A file that appeared after they were counted makes one more of them. */
function countFound(counts: MutableCounts): void {
  const isMore = counts.found === counts.total;
  counts.found++;
  if (isMore) counts.total = counts.found;
}

function countIndexed(
  counts: MutableCounts,
  { transcript, isPartial, segmentCount }: Extract<RunEvent, { type: "indexed" }>,
): void {
  const { origin, timing, isFallback = false } = transcript;
  const durationMs = transcript.durationMs ?? 0;
  if (transcript.isSilentFilm === true) {
    counts.silentFilms++;
    return;
  }
  counts.indexed++;
  counts[origin]++;
  if (isPartial) counts.partial++;
  if (isFallback) counts.fellBack++;
  if (timing === "window") counts.coarse++;
  counts.segments += segmentCount;
  counts.doneMs += durationMs;
  if (origin === "asr") counts.asrMs += durationMs;
}
