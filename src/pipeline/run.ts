import { setTimeout as sleep } from "node:timers/promises";
import PQueue from "p-queue";
import { MediasearchError } from "../errors.ts";
import type { Admission } from "./admission.ts";
import { countFiles } from "./count-files.ts";
import { channel } from "./channel.ts";
import { backoffMs } from "../retry.ts";
import {
  aliasOutcome,
  type FileCall,
  type FileOptions,
  type FileOutcome,
  type FileServices,
} from "./file-outcome.ts";
import { indexFile } from "./index-file.ts";
import type { FileCandidate, ScanOptions } from "./scan/candidate.ts";
import { scan } from "./scan/scan.ts";
import { type ExpectedWork, surveyFiles } from "./survey.ts";
import type { FilePhase, RecognisedLine } from "./worker/protocol.ts";
import { findExcluded } from "./deletions/find-excluded.ts";
import { forgetReadable, noteUnreadable } from "./unreadable.ts";
import { findDeleted } from "./deletions/find-deleted.ts";

export type RunEvent =
  | { readonly type: "found"; readonly path: string }
  /**
   * How many files there are in all; counted apart, since the scan stays just ahead of the work.
   */
  | { readonly type: "total"; readonly files: number }
  | {
      readonly type: "progress";
      readonly path: string;
      readonly positionMs: number;
      readonly durationMs: number | null;
    }
  /** With `estimate`: what there is to do for a file. Told again when more is known. */
  | { readonly type: "expected"; readonly work: ExpectedWork }
  | { readonly type: "phase"; readonly path: string; readonly phase: FilePhase }
  /** With `readAlong`: what was just recognised. */
  | {
      readonly type: "recognised";
      readonly path: string;
      readonly lines: readonly RecognisedLine[];
    }
  /** The attempt failed; the file is tried again in so many milliseconds. */
  | {
      readonly type: "retrying";
      readonly path: string;
      readonly error: MediasearchError;
      readonly attempts: number;
      readonly delayMs: number;
    }
  /**
   * A model that this file needs is not on this machine; files that need none go on, and the run
   * ends with the error.
   */
  | { readonly type: "waiting"; readonly path: string; readonly error: MediasearchError }
  /** Gone from its place, or left out from now on by a glob or an ignore file. */
  | { readonly type: "deleted"; readonly path: string; readonly isExcluded?: boolean }
  /** A folder that looks like a volume that is not mounted; its files are kept. */
  | { readonly type: "offline"; readonly path: string; readonly files: number }
  | FileOutcome;

export interface RunOptions extends FileOptions, ScanOptions {
  readonly jobs: number;
  /** Asked before each file; without one every file may be begun. */
  readonly admission?: Admission | undefined;
  /** Whether files that are gone from below the roots are hidden afterwards. */
  readonly sweep: boolean;
  /** Whether somebody wants to know how long it takes: what there is to do is looked at first. */
  readonly estimate?: boolean | undefined;
  /** Whether somebody reads what is recognised at once. */
  readonly readAlong?: boolean | undefined;
}

/** A run that is over soon needs no count. */
const COUNT_AFTER_MS = 2000;
/** Where somebody waits for an estimate. */
const ESTIMATE_AFTER_MS = 300;
/**
 * How often a file is looked at that another run has: it is done there, or that run dies and leaves
 * it.
 */
const CLAIMED_WAIT_MS = 2000;
/** It is looked at less and less often, so that fifty runs do not spend their time on looking. */
const LONGEST_CLAIMED_WAIT_MS = 15_000;

/**
 * Indexes everything below the roots: scan → one file's way, `jobs` at a time → files that are
 * gone. A failed file is an event, and tried again when its failure may pass; a missing model ends
 * the run when the rest is done; a failed store, a full disk or an abort ends the run by rejecting.
 * What was committed stays.
 */
export async function* run(
  roots: readonly string[],
  services: FileServices,
  options: RunOptions,
): AsyncIterable<RunEvent> {
  const events = channel<RunEvent>();
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const queue = new PQueue({ concurrency: options.jobs });
  const files = new Set<Promise<void>>();
  const underWay = new Map<string, Promise<unknown>>();
  const unreadable = new Set<string>();

  const tell = events.push;
  const { admission } = options;
  const attempt = (file: FileCandidate): Promise<FileOutcome | undefined> =>
    queue.add(async () => {
      if (admission && !(await admission.wait())) return undefined;
      return indexFile(file, services, options, {
        signal,
        underWay,
        ...tellersOf(file.path, options, tell),
      });
    });
  let missing: MediasearchError | undefined;
  const onError = (path: string, error: unknown): void => {
    if (!isMissingPart(error)) return stop.abort(error);
    missing ??= error;
    events.push({ type: "waiting", path, error });
  };
  const scanAll = async (): Promise<void> => {
    for await (const item of scan(roots, services.sources, { ...options, signal })) {
      events.push({ type: "found", path: item.type === "file" ? item.file.path : item.path });
      if (item.type === "alias") {
        events.push(aliasOutcome(item.path, item.of));
        continue;
      }
      if (item.type === "unreadable") {
        unreadable.add(item.path);
        events.push(await noteUnreadable(item, roots, services, options));
        continue;
      }
      if (admission?.isDraining()) break;
      // Back-pressure: the scan stays a little ahead of the workers, however many files there are.
      await queue.onSizeLessThan(options.jobs * 4);
      signal.throwIfAborted();
      const done: Promise<void> = untilDone(() => attempt(item.file), options, signal, tell)
        .catch((error: unknown) => onError(item.file.path, error))
        .finally(() => files.delete(done));
      files.add(done);
    }
    await Promise.all(files);
    signal.throwIfAborted();
    if (options.sweep && !options.dryRun && !admission?.isDraining()) {
      await hideDeleted(roots, services, options, { signal, tell, unreadable });
      await forgetReadable(unreadable, roots, services);
    }
    if (missing) throw missing;
  };
  // Ends with the run at the latest.
  lookAhead(roots, services, { ...options, signal }, tell).catch(() => {});
  void scanAll().then(events.end, async (error: unknown) => {
    if (!stop.signal.aborted) stop.abort(error);
    queue.clear();
    await queue.onIdle();
    events.fail(options.signal.aborted ? options.signal.reason : stop.signal.reason);
  });
  try {
    yield* events;
  } finally {
    stop.abort(new MediasearchError("INTERRUPTED", "indexing was stopped"));
  }
}

const tellersOf = (
  path: string,
  { readAlong = false }: RunOptions,
  tell: (event: RunEvent) => void,
): Pick<FileCall, "onProgress" | "onPhase" | "onRecognised"> => ({
  onProgress: (positionMs, durationMs) => tell({ type: "progress", path, positionMs, durationMs }),
  onPhase: (phase) => tell({ type: "phase", path, phase }),
  onRecognised: readAlong ? (lines) => tell({ type: "recognised", path, lines }) : undefined,
});

/** Tells how much there is, ahead of the work, which the scan stays close to. */
async function lookAhead(
  roots: readonly string[],
  services: FileServices,
  options: RunOptions,
  tell: (event: RunEvent) => void,
): Promise<void> {
  const { estimate = false, dryRun, signal } = options;
  await sleep(estimate ? ESTIMATE_AFTER_MS : COUNT_AFTER_MS, undefined, { signal });
  tell({ type: "total", files: await countFiles(roots, services, options) });
  if (estimate && !dryRun)
    await surveyFiles(roots, services, options, (work) => tell({ type: "expected", work }));
}

/** Files that need no such part go on. */
const isMissingPart = (error: unknown): error is MediasearchError =>
  error instanceof MediasearchError && ["MISSING_MODEL", "MISSING_TOOL"].includes(error.code);

/** Tries a file until it is indexed, or must not be tried again; tells how it went. */
async function untilDone(
  attempt: () => Promise<FileOutcome | undefined>,
  options: Pick<RunOptions, "baseRetryDelayMs" | "maxRetryDelayMs">,
  signal: AbortSignal,
  tell: (event: RunEvent) => void,
): Promise<void> {
  let looks = 0;
  for (;;) {
    const outcome = await attempt();
    // The run is drained: another one takes the file up.
    if (!outcome) return;
    if (outcome.type === "claimed") {
      if (looks === 0) tell(outcome);
      const waitMs = Math.min(CLAIMED_WAIT_MS * 1.5 ** looks++, LONGEST_CLAIMED_WAIT_MS);
      await sleep(waitMs * (0.5 + Math.random()), undefined, { signal });
      continue;
    }
    if (outcome.type !== "failed" || outcome.job?.state !== "RETRYING") return tell(outcome);
    const { path, error } = outcome;
    const { attempts } = outcome.job;
    const delayMs = backoffMs(attempts, {
      baseDelayMs: options.baseRetryDelayMs,
      maxDelayMs: options.maxRetryDelayMs,
    });
    tell({ type: "retrying", path, error, attempts, delayMs });
    await sleep(delayMs, undefined, { signal });
  }
}

interface Sweep {
  readonly signal: AbortSignal;
  readonly tell: (event: RunEvent) => void;
  /** What this run could not read: a broken link is there, though what it leads to is not. */
  readonly unreadable: ReadonlySet<string>;
}

/** Hides files that are gone from below the roots, and forgets the jobs of those that failed. */
async function hideDeleted(
  roots: readonly string[],
  services: FileServices,
  options: RunOptions,
  { signal, tell, unreadable }: Sweep,
): Promise<void> {
  const { deleted, forgotten, offline } = await findDeleted(services, roots, signal);
  await services.library.catalog.markDeleted(deleted);
  for (const path of forgotten) if (!unreadable.has(path)) await services.jobs.remove(path);
  for (const path of deleted) tell({ type: "deleted", path });
  const excluded = await findExcluded(roots, services, options);
  await services.library.catalog.markDeleted(excluded);
  for (const path of excluded) tell({ type: "deleted", path, isExcluded: true });
  for (const [path, files] of offline) tell({ type: "offline", path, files });
}
