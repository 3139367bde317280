import { setTimeout as sleep } from "node:timers/promises";
import type { Records } from "../../backends/records.ts";
import { dropOrder, readOrders, type WorkerOrders } from "../../backends/worker-orders.ts";
import type { Admission } from "../../pipeline/admission.ts";

export interface AdmissionOptions {
  readonly records: Pick<Records, "list" | "remove">;
  /** The id of this run among those of the library. */
  readonly runId: string;
  readonly signal: AbortSignal;
  readonly onNotice: (text: string) => void;
}

export interface RunAdmission extends Admission {
  /** Looks at the orders; whether the run is to end. */
  isOver(): Promise<boolean>;
  /** Takes the order back that the run has followed. */
  close(): Promise<void>;
}

/** How often a run looks what people want of it. */
const LOOK_MS = 3000;

/**
 * Lets files through as long as nobody has paused the runs of the library or drains this one. What
 * can't be read changes nothing: a library that is away is told of elsewhere.
 */
export function createAdmission(options: AdmissionOptions): RunAdmission {
  const { records, runId, signal, onNotice } = options;
  let orders: WorkerOrders = { isPaused: false, draining: new Set() };
  let looking: Promise<void> | undefined;
  let lookedAt = -Infinity;
  const look = async (): Promise<void> => {
    const before = orders;
    orders = await readOrders(records).catch(() => before);
    lookedAt = performance.now();
    if (orders.isPaused && !before.isPaused)
      onNotice("paused: no further file is begun until mediasearch workers resume");
    if (!orders.isPaused && before.isPaused) onNotice("goes on");
    if (orders.draining.has(runId) && !before.draining.has(runId))
      onNotice("drained: the files under way are finished, the others are left");
  };
  const lookWhenOld = (): Promise<void> => {
    if (performance.now() - lookedAt < LOOK_MS) return Promise.resolve();
    looking ??= look().finally(() => {
      looking = undefined;
    });
    return looking;
  };
  const isDraining = (): boolean => orders.draining.has(runId);
  return {
    isDraining,
    async isOver() {
      await lookWhenOld();
      return isDraining();
    },
    async wait() {
      for (;;) {
        await lookWhenOld();
        if (!orders.isPaused || isDraining()) return !isDraining();
        await sleep(LOOK_MS, undefined, { signal });
      }
    },
    close: () => (isDraining() ? dropOrder(records, runId).catch(() => {}) : Promise.resolve()),
  };
}
