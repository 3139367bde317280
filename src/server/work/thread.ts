import { parentPort, workerData } from "node:worker_threads";
import { type Context, createContext } from "../../app/context.ts";
import { correctTranscript, undoCorrection } from "../../app/library/correct-transcript.ts";
import { withEditTools } from "../../app/library/edit-tools.ts";
import type { IndexPathsRequest } from "../../app/indexing/index-request.ts";
import { withBackend } from "../../app/library/with-backend.ts";
import { MediasearchError } from "../../errors.ts";
import { renameInLibrary } from "../../transfer/rename-speakers.ts";
import { type ThreadStart, toFailure } from "../threads.ts";
import { followChanges } from "./changes.ts";
import type {
  FromWork,
  ToWork,
  WorkAnswers,
  WorkName,
  WorkProgress,
  WorkRequests,
} from "./protocol.ts";

type Send = (message: FromWork) => void;

/** What the thread is asked for, one call of `createContext` a piece of work. */
type ContextFor = (signal: AbortSignal) => Context;

type Tell = (progress: WorkProgress) => void;
type Work = {
  readonly [K in WorkName]: (
    request: WorkRequests[K],
    context: Context,
    tell: Tell,
  ) => Promise<WorkAnswers[K]>;
};

const COUNTED = [
  "found",
  "indexed",
  "unchanged",
  "reused",
  "deleted",
  "failed",
  "segments",
] as const;
const TELL_MS = 300;

/** Runs the indexing that the command line has, and tells how far it is. */
async function runIndex(
  request: IndexPathsRequest,
  context: Context,
  tell: Tell,
): Promise<Record<string, number>> {
  const { indexPaths } = await import("../../app/indexing/index-paths.ts");
  const { createTally } = await import("../../app/indexing/tally.ts");
  const tally = createTally();
  let counts: Record<string, number> = {};
  let toldAt = 0;
  for await (const event of indexPaths(context, request)) {
    if (event.type === "summary")
      counts = Object.fromEntries(COUNTED.map((name) => [name, event.counts[name]]));
    if (event.type === "progress") {
      const { path, positionMs, durationMs } = event;
      tell({ type: "file", location: path, positionMs, durationMs });
    }
    if ("path" in event) tally.add(event as Parameters<typeof tally.add>[0]);
    if (performance.now() - toldAt > TELL_MS) {
      toldAt = performance.now();
      const present = COUNTED.map((name) => [name, tally.counts[name]]);
      tell({ type: "counts", counts: Object.fromEntries(present) as Record<string, number> });
    }
  }
  return counts;
}

/** A run of somebody else has the library: that is no failure of this work. */
const isBusy = (error: unknown): boolean =>
  error instanceof MediasearchError && error.code === "STORE_BUSY";

const WORK: Work = {
  index: ({ locations, forget }, context, tell) => runIndex({ locations, forget }, context, tell),
  hints: ({ roots }, context, tell) =>
    runIndex({ locations: roots, hintsOnly: true }, context, tell).catch((error: unknown) => {
      // Another run has the library; it is asked again later, or takes the hints up itself.
      if (isBusy(error)) return {};
      throw error;
    }),
  rename: ({ from, to, locations }, context) =>
    withEditTools(context, false, async (tools) => {
      const wanted = locations && new Set(locations);
      const wants = (id: string): boolean => wanted?.has(id) ?? true;
      return Array.fromAsync(renameInLibrary(tools, { from, to, wants }));
    }),
  correct: ({ location: id, fingerprint, changes }, context) =>
    withEditTools(context, false, (tools) =>
      correctTranscript(tools, { id, fingerprint, changes }),
    ),
  undo: ({ location: id, fingerprint }, context) =>
    withEditTools(context, false, (tools) => undoCorrection(tools, { id, fingerprint })),
  skip: ({ locations }, context) =>
    withBackend(context, async ({ jobs }) => {
      let skipped = 0;
      for (const location of locations) {
        const job = await jobs.get(location);
        if (!job) continue;
        await jobs.put({ ...job, state: "SKIPPED", updatedAtMs: Date.now() });
        skipped++;
      }
      return skipped;
    }),
};

/** What is under way, each until it is done or stopped. */
function createTasks(
  send: Send,
  contextFor: ContextFor,
  onDone: () => void,
): {
  readonly begin: (id: number, name: WorkName, request: object) => void;
  readonly stop: (id: number) => void;
  /** Resolves when all have ended. */
  readonly stopAll: () => Promise<void>;
} {
  const running = new Map<number, AbortController>();
  const ending = new Set<Promise<void>>();
  async function run(id: number, name: WorkName, request: object): Promise<void> {
    const stop = new AbortController();
    running.set(id, stop);
    try {
      const work = WORK[name] as (
        request: object,
        context: Context,
        tell: Tell,
      ) => Promise<unknown>;
      const answer = await work(request, contextFor(stop.signal), (progress) =>
        send({ type: "progress", id, progress }),
      );
      send({ type: "done", id, answer });
    } catch (error) {
      send({ type: "failed", id, failure: toFailure(error) });
    } finally {
      running.delete(id);
      onDone();
    }
  }
  return {
    begin(id, name, request) {
      const work = run(id, name, request);
      ending.add(work);
      void work.finally(() => ending.delete(work));
    },
    stop: (id) =>
      running.get(id)?.abort(new MediasearchError("INTERRUPTED", "the work was cancelled")),
    async stopAll() {
      for (const stop of running.values())
        stop.abort(new MediasearchError("TERMINATED", "the server stops"));
      await Promise.allSettled(ending);
    },
  };
}

/**
 * What the thread does that writes: index runs, corrections, names. It has a connection of its own,
 * so that neither a commit nor a long run holds up a request. What is under way when the process
 * ends is done again by the next run.
 */
export function doWork(): void {
  const port = parentPort;
  if (!port) throw new Error("this file is a worker thread");
  const send: Send = (message) => port.postMessage(message, []);
  const { config, env, cwd } = workerData as ThreadStart;
  const contextFor: ContextFor = (signal) =>
    createContext(config, { env, cwd, signal, tell: () => {} });
  const changes = followChanges(
    () => contextFor(new AbortController().signal).openBackend(false),
    (found) => send({ type: "changes", changes: found }),
  );
  const tasks = createTasks(send, contextFor, () => changes.look());
  async function close(): Promise<void> {
    await Promise.allSettled([tasks.stopAll(), changes.close()]);
    process.exit();
  }
  port.on("message", (message: ToWork) => {
    if (message.type === "do") tasks.begin(message.id, message.name, message.request);
    else if (message.type === "stop") tasks.stop(message.id);
    else void close();
  });
}
