import { hostname } from "node:os";
import { isHeld, livenessOfRun } from "../../backends/lease.ts";
import type { RunRecord } from "../../backends/run-lock.ts";
import type { Liveness } from "../../process-mark.ts";
import { MediasearchError } from "../../errors.ts";
import type { Context } from "../context.ts";
import { libraryName } from "../library-name.ts";
import { withBackend } from "./with-backend.ts";

export interface UnlockRequest {
  /** Takes the library from runs whose processes do not live, or can't be looked at from here. */
  readonly breakLock?: boolean;
  /** Takes it from runs that live, too. */
  readonly force?: boolean;
}

export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  readonly startedAtMs: number;
  /** When it was last heard of, by the clock of its machine. */
  readonly renewedAtMs: number;
  readonly liveness: Liveness;
  /** Whether other runs have to keep out of its way now. */
  readonly isHeld: boolean;
}

export interface UnlockReport {
  readonly library: string;
  /** Runs that never said that they ended. */
  readonly holders: readonly LockHolder[];
  readonly isBroken: boolean;
}

/**
 * Says who has the library, and takes it from them when the request says so.
 * @throws NO_STORE; STORE_BUSY when a run that lives would lose it without `force`, and then nobody
 * has lost anything.
 */
export const unlockLibrary = (
  context: Context,
  { breakLock = false, force = false }: UnlockRequest,
): Promise<UnlockReport> =>
  withBackend(context, async ({ runLock }) => {
    const library = libraryName(context.config.settings);
    const runs = await runLock.listOpenRuns();
    const holders = runs.map(describeHolder);
    const alive = holders.find(({ liveness }) => liveness === "alive");
    if (breakLock && alive && !force)
      throw new MediasearchError(
        "STORE_BUSY",
        `${library}: process ${alive.pid} on ${alive.host} lives and works on it`,
        {
          subject: library,
          hint: `end process ${alive.pid} first; mediasearch unlock --force takes the library from it all the same`,
        },
      );
    const isBroken = breakLock || force;
    if (isBroken) {
      const listed = new Set(runs.map(keyOf));
      await runLock.breakRuns((run) => listed.has(keyOf(run)));
    }
    return { library, holders, isBroken: isBroken && holders.length > 0 };
  });

/** A run that began after the list was made keeps the library. */
const keyOf = ({ pid, host, startedAtMs }: RunRecord): string => `${startedAtMs} ${pid} ${host}`;

const describeHolder = (run: RunRecord): LockHolder => ({
  pid: run.pid,
  host: run.host,
  startedAtMs: run.startedAtMs,
  renewedAtMs: run.renewedAtMs,
  liveness: livenessOfRun(run, hostname()),
  isHeld: isHeld(run, hostname()),
});
