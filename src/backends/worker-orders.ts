import type { Json, Records } from "./records.ts";

const KIND = "worker";
/** The record that is for every run. No run has this id. */
const EVERYBODY = "all";

/** What people want of the runs that index into a library. */
export interface WorkerOrders {
  /** No run takes up another file; files under way are finished. */
  readonly isPaused: boolean;
  /** Ids of runs that are to finish what they have and end. */
  readonly draining: ReadonlySet<string>;
}

export async function readOrders(records: Pick<Records, "list">): Promise<WorkerOrders> {
  const orders = await records.list(KIND);
  const says = (value: Json, name: string): boolean =>
    typeof value === "object" &&
    value !== null &&
    (value as Readonly<Record<string, unknown>>)[name] === true;
  return {
    isPaused: orders.some(({ id, value }) => id === EVERYBODY && says(value, "paused")),
    draining: new Set(
      orders
        .filter(({ id, value }) => id !== EVERYBODY && says(value, "drain"))
        .map(({ id }) => id),
    ),
  };
}

export const pauseWorkers = (records: Pick<Records, "put">): Promise<void> =>
  records.put(KIND, EVERYBODY, { paused: true });

export const resumeWorkers = (records: Pick<Records, "remove">): Promise<void> =>
  records.remove(KIND, EVERYBODY);

export const drainWorker = (records: Pick<Records, "put">, id: string): Promise<void> =>
  records.put(KIND, id, { drain: true });

/** A run that has ended needs no order. */
export const dropOrder = (records: Pick<Records, "remove">, id: string): Promise<void> =>
  records.remove(KIND, id);
