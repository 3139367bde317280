import type { IndexingEvent } from "../../app/indexing/index-event.ts";
import type { RunCounts } from "../../app/indexing/tally.ts";
import type { StatusDetails } from "../../terminal/status-line.ts";
import { formatDuration } from "../../text/format.ts";

/** Milliseconds of audio. */
interface Position {
  readonly positionMs: number;
  readonly durationMs: number | null;
}

export interface ProgressView {
  add(event: IndexingEvent): void;
  line(counts: RunCounts): string;
  details(counts: RunCounts, failures: readonly string[]): StatusDetails;
}

/**
 * Follows the files that are under way, for the line of state and the live view. `fileOf` names a
 * file as its reader does.
 */
export function createProgress(fileOf: (path: string) => string): ProgressView {
  const startedAt = Date.now();
  const underWay = new Map<string, Position>();
  return {
    add(event) {
      if (event.type === "progress")
        underWay.set(event.path, {
          positionMs: event.positionMs,
          durationMs: event.durationMs ?? underWay.get(event.path)?.durationMs ?? null,
        });
      else if ("path" in event && event.type !== "found") underWay.delete(event.path);
    },
    line(counts) {
      const positions = [...underWay.values()];
      const underWayMs = positions.reduce((sum, { positionMs }) => sum + positionMs, 0);
      const wallMs = Math.max(1, Date.now() - startedAt);
      const audioMs = counts.doneMs + underWayMs;
      return `${doneFiles(counts)}/${counts.total ?? `${counts.found}+`} files, ${(audioMs / 3_600_000).toFixed(2)} h of audio, ${(audioMs / wallMs).toFixed(1)}× real time${timeLeft(counts, positions, wallMs)}`;
    },
    details: (counts, failures) => ({
      done: doneFiles(counts),
      total: counts.total,
      working: [...underWay].map(([path, position]) => ({ file: fileOf(path), ...position })),
      failures,
    }),
  };
}

const doneFiles = (counts: RunCounts): number =>
  counts.indexed +
  counts.unchanged +
  counts.skipped +
  counts.reused +
  counts.quarantined +
  counts.failed +
  counts.waiting;

/**
 * Files still waiting are taken to be like those that are done; of those under way the part that is
 * done counts.
 */
function timeLeft(counts: RunCounts, positions: readonly Position[], wallMs: number): string {
  const shares = positions.map(({ positionMs, durationMs }) =>
    durationMs ? Math.min(1, positionMs / durationMs) : 0,
  );
  const done = doneFiles(counts) + shares.reduce((sum, share) => sum + share, 0);
  return counts.total === null || done === 0
    ? ""
    : `, about ${formatDuration((Math.max(0, counts.total - done) * wallMs) / done)} left`;
}
