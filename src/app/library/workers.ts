import { hostname } from "node:os";
import { isHeld, livenessOfRun } from "../../backends/lease.ts";
import type { RunWork } from "../../backends/run-lock.ts";
import {
  drainWorker,
  dropOrder,
  pauseWorkers,
  readOrders,
  resumeWorkers,
} from "../../backends/worker-orders.ts";
import { MediasearchError } from "../../errors.ts";
import { isPlace } from "../../text/untrusted.ts";
import type { Context } from "../context.ts";
import { libraryName } from "../library-name.ts";
import { withBackend } from "./with-backend.ts";

export interface WorkerStatus {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly startedAtMs: number;
  /** When it was last heard of, by the clock of its machine. */
  readonly renewedAtMs: number;
  /** dead: its process is gone, or it was silent for more than a minute. */
  readonly state: "working" | "draining" | "dead";
  /** What it has claimed; empty where a library takes one run at a time. */
  readonly files: readonly string[];
}

export interface WorkersReport {
  readonly library: string;
  readonly isPaused: boolean;
  readonly workers: readonly WorkerStatus[];
  /** Files that the next free worker takes up. */
  readonly queued: number;
}

export type WorkersRequest =
  | { readonly action: "list" | "pause" | "resume" }
  /** `worker`: the beginning or the end of an id, or a host. */
  | { readonly action: "drain"; readonly worker: string };

/**
 * Says which runs index into the library and what each has in hand, after it has given them an
 * order.
 * @throws NO_STORE; NOT_FOUND for a worker that is not there; USAGE when several are meant.
 */
export const manageWorkers = (context: Context, request: WorkersRequest): Promise<WorkersReport> =>
  withBackend(context, async ({ runLock, records, library }) => {
    const runs = await runLock.listWork();
    if (request.action === "pause") await pauseWorkers(records);
    if (request.action === "resume") await resumeWorkers(records);
    if (request.action === "drain") {
      const found = chooseWorkers(runs.filter(isAlive), request.worker);
      for (const { id } of found) await drainWorker(records, id);
    }
    const { isPaused, draining } = await readOrders(records);
    for (const id of draining)
      if (!runs.some((run) => run.id === id && isAlive(run))) await dropOrder(records, id);
    const { assets } = await library.catalog.counts();
    return {
      library: libraryName(context.config.settings),
      isPaused,
      workers: runs.map((run) => describeWorker(run, draining)),
      queued: assets.registered + assets.partial,
    };
  });

const isAlive = ({ run }: RunWork): boolean =>
  isHeld(run, hostname()) && livenessOfRun(run, hostname()) !== "dead";

function describeWorker(work: RunWork, draining: ReadonlySet<string>): WorkerStatus {
  const { id, run, keys } = work;
  const { host, pid, startedAtMs, renewedAtMs } = run;
  const working = draining.has(id) ? "draining" : "working";
  return {
    id,
    host,
    pid,
    startedAtMs,
    renewedAtMs,
    state: isAlive(work) ? working : "dead",
    files: keys.filter(isPlace),
  };
}

/**
 * A host means all its workers; a part of an id one. Lists show the end of an id, because on a
 * cluster the beginnings tell when a run began and are nearly the same.
 */
function chooseWorkers(runs: readonly RunWork[], wanted: string): readonly RunWork[] {
  const onHost = runs.filter(({ run }) => run.host === wanted);
  if (onHost.length > 0) return onHost;
  const found = runs.filter(({ id }) => id.startsWith(wanted) || id.endsWith(wanted));
  if (found.length === 1) return found;
  throw found.length === 0
    ? new MediasearchError("NOT_FOUND", `${wanted}: no such worker`, {
        subject: wanted,
        hint: "mediasearch workers   (lists them)",
      })
    : new MediasearchError("USAGE", `${wanted}: ${found.length} workers have that in their ids`, {
        subject: wanted,
        hint: "give more of the id, or the name of the host",
      });
}
