import type { Worker } from "node:worker_threads";
import { MediasearchError } from "../../errors.ts";
import { createMeaningThread, type MeaningThread } from "../meaning/meaning-thread.ts";
import type { Question } from "../meaning/protocol.ts";
import { closeThread, startThread, type ThreadSetup, toError, toFailure } from "../threads.ts";
import type { OperationAnswer, OperationArgs, OperationName } from "./operations.ts";
import type { FromReader, ToReader } from "./protocol.ts";
import type { Sight } from "./reader.ts";

export interface ReadPool {
  /**
   * Answers a read in a thread.
   * @throws what the operation throws; Overloaded when too many wait; TIMED_OUT.
   */
  run<K extends OperationName>(
    operation: K,
    sight: Sight,
    args: OperationArgs<K>,
  ): Promise<OperationAnswer<K>>;
  /** Resolves when the first thread has looked for the library. */
  ready(): Promise<void>;
  /** Reads that run and that wait. */
  load(): { readonly running: number; readonly waiting: number };
  close(): Promise<void>;
}

/** Too many requests wait already; the caller may come again in a moment. */
export class Overloaded extends Error {}

export interface PoolOptions extends ThreadSetup {
  readonly threads: number;
  /** Milliseconds of some clock, for tests. */
  readonly now?: () => number;
  /** Told how long a read waited and took, in milliseconds. */
  readonly onDone?: (operation: OperationName, waitedMs: number, tookMs: number) => void;
  /** Told what the operator should know of how searches are answered. */
  readonly onNotice?: (message: string) => void;
}

/** Waiting reads per thread; more would only be answered when their callers have gone. */
const MAX_WAITING = 64;
const TIMEOUT_MS = 15_000;
/** Whoever has waited that long for a thread is sent away, to come again. */
const WAIT_MS = 10_000;

interface Task {
  readonly message: ToReader & { readonly id: number };
  readonly operation: OperationName;
  readonly queuedAt: number;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Thread {
  worker: Worker;
  task: Task | undefined;
  startedAt: number;
  timer: NodeJS.Timeout | undefined;
  /** Whether its worker has told that it takes reads. */
  isReady: boolean;
  readonly ready: PromiseWithResolvers<void>;
}

/** Starts one thread at once, and another one whenever a read finds all of them busy. */
export function createReadPool({
  threads: count,
  onDone,
  onNotice,
  now = () => performance.now(),
  ...setup
}: PoolOptions): ReadPool {
  const state: State = {
    queue: [],
    meaning: createMeaningThread(setup),
    setup,
    onDone,
    onNotice,
    now,
    isClosed: false,
  };
  let ids = 0;
  const first = addThread(state);
  const threads = [first];
  /** Reads wait for the next thread that is free, which may be one that starts meanwhile. */
  const assign = (): void => {
    const idle = threads.find(({ task, isReady }) => task === undefined && isReady);
    if (idle) return takeNext(state, idle);
    if (threads.length < count && threads.every(({ isReady }) => isReady))
      threads.push(addThread(state));
  };
  return {
    run: (operation, sight, args) =>
      new Promise((resolve, reject) => {
        if (state.queue.length >= MAX_WAITING * count)
          return reject(new Overloaded("too many wait"));
        state.queue.push({
          message: { type: "read", id: ++ids, operation, sight, args },
          operation,
          queuedAt: now(),
          resolve: resolve as (answer: unknown) => void,
          reject,
        });
        assign();
      }),
    ready: () => first.ready.promise,
    load: () => ({
      running: threads.filter(({ task }) => task !== undefined).length,
      waiting: state.queue.length,
    }),
    async close() {
      state.isClosed = true;
      for (const task of state.queue.splice(0))
        task.reject(new MediasearchError("TERMINATED", "the server stops"));
      await Promise.all([
        ...threads.map(({ worker }) => closeThread(worker)),
        state.meaning.close(),
      ]);
    },
  };
}

interface State {
  readonly queue: Task[];
  readonly meaning: MeaningThread;
  readonly setup: ThreadSetup;
  readonly onDone: PoolOptions["onDone"];
  readonly onNotice: PoolOptions["onNotice"];
  readonly now: () => number;
  isClosed: boolean;
}

function addThread(state: State): Thread {
  const thread: Thread = {
    worker: startThread("read", state.setup),
    task: undefined,
    startedAt: 0,
    timer: undefined,
    isReady: false,
    ready: Promise.withResolvers<void>(),
  };
  listen(state, thread);
  return thread;
}

/** Whatever ends the present worker of a thread, another one takes its place. */
function listen(state: State, thread: Thread): void {
  const { worker } = thread;
  worker.on("message", (message: FromReader) => takeMessage(state, thread, message));
  worker.on("error", () => {});
  worker.on("exit", () => {
    if (thread.worker !== worker || state.isClosed) return;
    finish(thread)?.reject(
      new MediasearchError("WORKER_CRASHED", "the thread that answered has ended"),
    );
    replaceWorker(state, thread);
  });
}

function replaceWorker(state: State, thread: Thread): void {
  thread.worker = startThread("read", state.setup);
  thread.isReady = false;
  listen(state, thread);
}

function finish(thread: Thread): Task | undefined {
  const { task } = thread;
  thread.task = undefined;
  clearTimeout(thread.timer);
  return task;
}

/** The oldest read that still has somebody who waits for it. */
function nextTask({ queue, now }: State): Task | undefined {
  for (;;) {
    const task = queue.shift();
    if (!task || now() - task.queuedAt <= WAIT_MS) return task;
    task.reject(new Overloaded("no thread was free in time"));
  }
}

function takeNext(state: State, thread: Thread): void {
  if (thread.task || !thread.isReady) return;
  const task = nextTask(state);
  if (!task) return;
  thread.task = task;
  thread.startedAt = performance.now();
  thread.timer = setTimeout(() => giveUp(state, thread), TIMEOUT_MS);
  post(thread.worker, task.message);
}

/** A thread that hangs in a query can't be told to stop: its worker is ended. */
function giveUp(state: State, thread: Thread): void {
  const { worker } = thread;
  finish(thread)?.reject(
    new MediasearchError("TIMED_OUT", `no answer within ${TIMEOUT_MS / 1000} s`, {
      hint: "ask for less: fewer hits, or a narrower filter",
    }),
  );
  replaceWorker(state, thread);
  void worker.terminate();
}

function takeMessage(state: State, thread: Thread, message: FromReader): void {
  if (message.type === "ready") {
    thread.isReady = true;
    thread.ready.resolve();
    return takeNext(state, thread);
  }
  if (message.type === "notice") return state.onNotice?.(message.message);
  if (message.type === "ask") return askFor(state, thread, message.id, message.question);
  if (thread.task?.message.id !== message.id) return;
  const tookMs = performance.now() - thread.startedAt;
  const task = finish(thread);
  takeNext(state, thread);
  if (!task) return;
  state.onDone?.(task.operation, state.now() - tookMs - task.queuedAt, tookMs);
  if (message.type === "done") task.resolve(message.answer);
  else task.reject(toError(message.failure));
}

function askFor({ meaning }: State, { worker }: Thread, id: number, question: Question): void {
  meaning.ask(question).then(
    (answer) => post(worker, { type: "answer", id, answer }),
    (error: unknown) => post(worker, { type: "no-answer", id, failure: toFailure(error) }),
  );
}

/** Nothing is handed over, so everything is copied. */
const post = (worker: Worker, message: ToReader): void => worker.postMessage(message, []);
