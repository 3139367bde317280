import type { IndexingEvent } from "../../app/indexing/index-event.ts";
import type { RunCounts } from "../../app/indexing/tally.ts";
import type { StatusDetails } from "../../terminal/status-line.ts";
import { formatDuration } from "../../text/format.ts";
import { createEstimator, type RunEstimate } from "./estimate.ts";
import type { EventOf } from "./event-text.ts";

type FilePhase = EventOf<"phase">["phase"];

/** Milliseconds of audio. */
interface Position {
  readonly phase: FilePhase | undefined;
  readonly positionMs: number;
  readonly durationMs: number | null;
}

export interface ProgressView {
  add(event: IndexingEvent): void;
  line(counts: RunCounts): string;
  details(counts: RunCounts, failures: readonly string[]): StatusDetails;
}

/** Recognising has a position to show. */
const PHASE_TEXT: Readonly<Record<FilePhase, string | undefined>> = {
  reading: "reading",
  "awaiting-copy": "waiting for its copy",
  loading: "loading the recogniser",
  recognising: undefined,
  embedding: "embedding",
};
/** Numbers that change faster can't be read. */
const ESTIMATE_EVERY_MS = 250;
/** Before this part is done an estimate of the time is a guess. */
const MIN_SHARE = 0.02;

/**
 * Follows the files that are under way, for the line of state and the live view. `fileOf` names a
 * file as its reader does.
 */
export function createProgress(fileOf: (path: string) => string): ProgressView {
  const startedAt = Date.now();
  const underWay = new Map<string, Position>();
  const estimator = createEstimator();
  let [estimate, estimatedAt]: [RunEstimate | undefined, number] = [undefined, -Infinity];
  const readEstimate = (): RunEstimate | undefined => {
    const now = performance.now();
    if (now - estimatedAt < ESTIMATE_EVERY_MS) return estimate;
    [estimate, estimatedAt] = [estimator.read(), now];
    return estimate;
  };
  return {
    add(event) {
      estimator.add(event);
      followFile(underWay, event);
    },
    line(counts) {
      const known = readEstimate();
      const positions = [...underWay.values()];
      const audioMs =
        known?.audioMs ??
        counts.asrMs + positions.reduce((sum, { positionMs }) => sum + positionMs, 0);
      const files = `${doneFiles(counts)}/${counts.total ?? `${counts.found}+`} files`;
      const left = known ? knownTimeLeft(known) : timeLeft(counts, positions, startedAt);
      return `${files}${audioText(audioMs, known, counts.busyMs)}${left}`;
    },
    details(counts, failures) {
      const known = readEstimate();
      return {
        done: known?.share ?? doneFiles(counts),
        total: known ? 1 : counts.total,
        working: [...underWay].map(([path, { phase, positionMs, durationMs }]) => ({
          file: fileOf(path),
          phase: phase && PHASE_TEXT[phase],
          positionMs,
          durationMs,
        })),
        failures,
      };
    },
  };
}

/** Events of a file that do not end the work at it. */
const GOES_ON = new Set<IndexingEvent["type"]>(["found", "recognised"]);

function followFile(underWay: Map<string, Position>, event: IndexingEvent): void {
  if (!("path" in event) || GOES_ON.has(event.type)) return;
  const before = underWay.get(event.path);
  if (event.type === "phase") {
    const { phase } = event;
    underWay.set(event.path, { positionMs: 0, durationMs: null, ...before, phase });
  } else if (event.type === "progress")
    underWay.set(event.path, {
      phase: before?.phase,
      positionMs: event.positionMs,
      durationMs: event.durationMs ?? before?.durationMs ?? null,
    });
  else underWay.delete(event.path);
}

function audioText(audioMs: number, known: RunEstimate | undefined, busyMs: number): string {
  const totalMs = known?.totalAudioMs ?? 0;
  if (audioMs === 0 && totalMs === 0) return "";
  const amount =
    totalMs > 0
      ? `${formatDuration(audioMs)} of ${formatDuration(totalMs)}`
      : formatDuration(audioMs);
  const speed = audioMs === 0 ? "" : `, ${(audioMs / Math.max(1, busyMs)).toFixed(1)}× real time`;
  return `, ${amount} of audio${speed}`;
}

const doneFiles = (counts: RunCounts): number =>
  counts.indexed +
  counts.unchanged +
  counts.skipped +
  counts.reused +
  counts.quarantined +
  counts.failed +
  counts.waiting;

const knownTimeLeft = ({ share, leftMs }: RunEstimate): string =>
  share < MIN_SHARE || leftMs === 0 ? "" : `, about ${formatDuration(leftMs)} left`;

/**
 * Where nobody looked at what there is to do: files still waiting are taken to be like those that
 * are done; of those under way the part that is done counts.
 */
function timeLeft(counts: RunCounts, positions: readonly Position[], startedAt: number): string {
  const shares = positions.map(({ positionMs, durationMs }) =>
    durationMs ? Math.min(1, positionMs / durationMs) : 0,
  );
  const done = doneFiles(counts) + shares.reduce((sum, share) => sum + share, 0);
  const wallMs = Math.max(1, Date.now() - startedAt);
  return counts.total === null || done === 0
    ? ""
    : `, about ${formatDuration((Math.max(0, counts.total - done) * wallMs) / done)} left`;
}
