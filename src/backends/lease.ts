import { MediasearchError } from "../errors.ts";
import type { Holder } from "./ledger.ts";

export interface OpenRun extends Holder {
  readonly startedAtMs: number;
  readonly renewedAtMs: number;
}

const LAPSED_MS = 60_000;

/** Whether a run that never said it ended still goes on: on this machine its process tells, on another one its renewals. */
export function isHeld(run: OpenRun, host: string): boolean {
  if (run.host !== host) return Date.now() - run.renewedAtMs < LAPSED_MS;
  try {
    return process.kill(run.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

export const busy = (run: OpenRun, path: string): MediasearchError =>
  new MediasearchError("STORE_BUSY", `${path}: process ${run.pid} on ${run.host} has been indexing into it since ${new Date(run.startedAtMs).toISOString()}`, {
    subject: path, hint: "wait until it is done (mediasearch status), or index into another library with --store",
  });
