import { hostname } from "node:os";
import { MediasearchError } from "../errors.ts";
import type { Holder, Lease, RunLock } from "./run-lock.ts";

export interface OpenRun extends Holder {
  readonly startedAtMs: number;
  readonly renewedAtMs: number;
}

const LAPSED_MS = 60_000;
const RENEW_MS = 10_000;

/** This process, as other runs are told of it. */
export const thisProcess = (): Holder => ({ pid: process.pid, host: hostname() });

/** Acts while this process holds the library; what `summary` tells at the end is kept, of an act that failed too. @throws STORE_BUSY when another run has it. */
export async function withLease<T>(
  runLock: Pick<RunLock, "acquire">,
  act: (lease: Lease) => Promise<T>,
  summary: () => Readonly<Record<string, number>> = () => ({}),
): Promise<T> {
  const lease = await runLock.acquire(thisProcess());
  return withRenewal(lease, () => act(lease), summary);
}

/** The same with a lease that was got already. */
export async function withRenewal<T>(
  lease: Lease,
  act: () => Promise<T>,
  summary: () => Readonly<Record<string, number>> = () => ({}),
): Promise<T> {
  const renewal = setInterval(() => void lease.renew().catch(() => {}), RENEW_MS);
  try {
    return await act();
  } finally {
    clearInterval(renewal);
    await lease.release(summary());
  }
}

/** Whether a run that never said it ended still goes on: on this machine its process tells, on another one its renewals. */
export function isHeld(run: OpenRun, host: string): boolean {
  if (run.host !== host) return Date.now() - run.renewedAtMs < LAPSED_MS;
  try {
    return process.kill(run.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

export const busyError = (run: OpenRun, path: string): MediasearchError =>
  new MediasearchError(
    "STORE_BUSY",
    `${path}: process ${run.pid} on ${run.host} has been indexing into it since ${new Date(run.startedAtMs).toISOString()}`,
    {
      subject: path,
      hint: "wait until it is done (mediasearch status), or index into another library with --store",
    },
  );
