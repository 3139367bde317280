import { hostname } from "node:os";
import { MediasearchError } from "../errors.ts";
import { formatInstant } from "../text/format.ts";
import type { Holder, Lease, RunLock } from "./run-lock.ts";
import { type Liveness, livenessOf, markOfThisProcess } from "../process-mark.ts";

export interface OpenRun extends Holder {
  readonly startedAtMs: number;
  readonly renewedAtMs: number;
}

/** A run whose process can't be looked at has lost the library after so long without a renewal. */
export const LAPSED_MS = 60_000;
const RENEW_MS = 10_000;

/** This process, as other runs are told of it. */
export const thisProcess = (): Holder => ({
  pid: process.pid,
  host: hostname(),
  mark: markOfThisProcess(),
});

/**
 * Acts while this process holds the library; what `summary` tells at the end is kept, of an act
 * that failed too.
 * @throws STORE_BUSY when another run has it.
 */
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

/** Whether the process of a run lives, as far as the machine `host` can see. */
export const livenessOfRun = (run: Holder, host: string): Liveness =>
  run.host === host ? livenessOf(run.pid, run.mark ?? null) : "unknown";

/**
 * Whether a run that never said that it ended still goes on. On this machine its process tells. Of
 * another machine or container only its renewals are seen, and these count when they are near to
 * now: a renewal in the far future comes from a clock that was wrong.
 */
export function isHeld(run: OpenRun, host: string): boolean {
  const liveness = livenessOfRun(run, host);
  if (liveness !== "unknown") return liveness === "alive";
  return Math.abs(Date.now() - run.renewedAtMs) < LAPSED_MS;
}

/**
 * What a run notes of itself while it goes on, in the place of its summary: libraries of earlier
 * versions have that place, and their programs read it only of runs that ended.
 */
export const encodeMark = ({ mark }: Holder, hasLock = false): string | null =>
  mark === undefined ? null : JSON.stringify({ mark, ...(hasLock ? { hasLock } : {}) });

/** The mark in the place of the summary of a run that goes on. */
export function decodeMark(summary: unknown): string | undefined {
  const { mark } = parseNote(summary);
  return typeof mark === "string" ? mark : undefined;
}

/** Whether the run also had a lock of its operating system. */
export const decodeHasLock = (summary: unknown): boolean => parseNote(summary).hasLock === true;

/** A library may hold anything there. */
function parseNote(summary: unknown): { readonly mark?: unknown; readonly hasLock?: unknown } {
  try {
    const note: unknown = typeof summary === "string" ? JSON.parse(summary) : {};
    return typeof note === "object" && note !== null ? note : {};
  } catch {
    return {};
  }
}

/** Says who has the library, and when one that can't be looked at is given up. */
export const busyError = (run: OpenRun, path: string): MediasearchError =>
  new MediasearchError("STORE_BUSY", `${path}: ${describeRun(run)}`, {
    subject: path,
    hint: `${waitFor(run, "wait until it is done (mediasearch status)")}, or index into another library with --store; mediasearch unlock shows whether it lives`,
  });

/** As `busyError`, for a library of an earlier schema, which no command reads as it is. */
export const heldError = (run: OpenRun, path: string): MediasearchError =>
  new MediasearchError(
    "STORE_BUSY",
    `${path}: ${describeRun(run)} with an earlier mediasearch; until that has ended, its library is not brought to the schema of this one`,
    {
      subject: path,
      hint: `${waitFor(run, `wait until process ${run.pid} is done, or end it`)}; then run the same command again`,
    },
  );

const describeRun = ({ pid, host, startedAtMs }: OpenRun): string =>
  `process ${pid} on ${host} has been indexing into it since ${formatInstant(startedAtMs)}`;

const waitFor = (run: OpenRun, seen: string): string =>
  livenessOfRun(run, hostname()) === "unknown"
    ? `wait until it is done; it is given up ${LAPSED_MS / 1000} s after its last sign (${formatInstant(run.renewedAtMs)})`
    : seen;
