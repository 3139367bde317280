import { setTimeout as sleep } from "node:timers/promises";
import { openSpeakerListener, openSpeakerTeller, openTranscriber } from "./asr/registry.ts";
import type { SpeakerListener } from "./asr/speaker-turns.ts";
import type { Transcriber } from "./asr/transcriber.ts";
import type { Embedder } from "./embed/embedder.ts";
import { openEmbedder } from "./embed/registry.ts";
import { MediasearchError, toMediasearchError } from "./errors.ts";
import { RUNTIME, runtime } from "./models/runtime-folder.ts";
import type { Objects } from "./objects/object-store.ts";
import { createCircuitBreaker } from "./pipeline/engines/circuit-breaker.ts";
import type { MediaSources } from "./pipeline/sources/media-source.ts";
import { openSources } from "./pipeline/sources/registry.ts";
import {
  embedTranscript,
  identifyFile,
  processFile,
  type WorkerServices,
} from "./pipeline/worker/process-file.ts";
import { describeFile } from "./pipeline/worker/describe-file.ts";
import type {
  FileTask,
  WorkerReply,
  Request,
  WorkerSetup,
  WorkerTranscript,
} from "./pipeline/worker/protocol.ts";
import { serveParent } from "./supervised-child.ts";
import type { Segment } from "./types.ts";

/** The composition root of a worker process: one file at a time, asked for over the IPC channel. */

const stop = new AbortController();
const transcribers = new Map<string, Promise<Transcriber>>();
/** One that is still opening has started nothing. */
const MAX_STOP_MS = 2000;
/** Not process.exit: native code that is at work must not hold it up. */
async function quit(): Promise<void> {
  stop.abort();
  const stopped = Promise.allSettled(
    [...transcribers.values()].map(async (one) => (await one).stop?.()),
  );
  await Promise.race([stopped, sleep(MAX_STOP_MS)]);
  process.kill(process.pid, "SIGKILL");
}
process.on("SIGTERM", () => void quit());

const waiting = new Map<string, (request: Extract<Request, { type: "models" }>) => void>();

/** Asks the main process, which downloads each model once however many workers want it. */
function models(model: string): Promise<Record<string, string>> {
  return new Promise((resolve, reject) => {
    waiting.set(model, ({ files, failure }) => {
      if (files) resolve(files);
      else
        reject(
          new MediasearchError(
            failure?.code ?? "MISSING_MODEL",
            failure?.message ?? `${model}: not available`,
            { hint: failure?.hint },
          ),
        );
    });
    replyToPool({ type: "need-models", model });
  });
}

runtime.provide = async () => (await models(RUNTIME))["folder"] ?? "";

const troubles = createCircuitBreaker();
let embedder: Promise<Embedder> | undefined;
let objects: Promise<Objects> | undefined;
let sources: MediaSources | undefined;
const MIN_MS_BETWEEN_REPORTS = 200;

function services(setup: WorkerSetup): WorkerServices {
  let lastMs = 0;
  return {
    // What could not be opened once (a download that failed) is tried again for the next file.
    transcriber(name) {
      if (!transcribers.has(name)) replyToPool({ type: "phase", phase: "loading" });
      const known =
        transcribers.get(name) ?? openTranscriber(name, { models, engines: setup.engines });
      transcribers.set(name, known);
      known.catch(() => transcribers.delete(name));
      return known;
    },
    speakerTeller: (known) => openSpeakerTeller(known, { models, engines: setup.engines }),
    trouble: troubles,
    embedder: () =>
      (embedder ??= openEmbedder(setup.embedder).catch((error: unknown) => {
        embedder = undefined;
        throw error;
      })),
    sources: (sources ??= openSources({
      objects: () =>
        (objects ??= import("./objects/s3/open.ts").then(({ openS3 }) => openS3(setup.objects))),
      links: setup.links,
    })),
    signal: stop.signal,
    onCheckpoint: (checkpoint) => replyToPool({ type: "checkpoint", checkpoint }),
    onPhase: (phase) => replyToPool({ type: "phase", phase }),
    onRecognised: (lines) => replyToPool({ type: "recognised", lines }),
    onProgress(positionMs, durationMs) {
      if (Date.now() - lastMs < MIN_MS_BETWEEN_REPORTS) return;
      lastMs = Date.now();
      replyToPool({ type: "progress", positionMs, durationMs });
    },
  };
}

/** Says now and then that work goes on where there is no position to tell. */
function alive(): () => void {
  let lastMs = Date.now();
  return () => {
    if (Date.now() - lastMs < MIN_MS_BETWEEN_REPORTS) return;
    lastMs = Date.now();
    replyToPool({ type: "alive" });
  };
}

/** A file that can't be read has nothing to hear; its own attempt says why. */
async function measure(paths: readonly string[]): Promise<WorkerReply> {
  const { probeMedia } = await import("./media/probe.ts");
  const tellAlive = alive();
  const durations: (number | null)[] = [];
  for (const path of paths) {
    tellAlive();
    const info = await probeMedia(path).catch(() => null);
    durations.push(info?.audio ? info.durationMs : 0);
  }
  return { type: "durations", durations };
}

async function embed(segments: readonly Segment[], setup: WorkerSetup): Promise<WorkerReply> {
  try {
    return { type: "vectors", vectors: await embedTranscript(segments, services(setup)) };
  } catch (error) {
    const { code, message, hint } = toMediasearchError(error);
    return { type: "failed", failure: { code, message, hint } };
  }
}

/** What can't be described has words all the same. */
async function withFacts(
  transcript: WorkerTranscript,
  task: FileTask,
  setup: WorkerSetup,
): Promise<WorkerTranscript> {
  const described = await describeFile(task, services(setup)).catch(() => undefined);
  if (!described) return transcript;
  const recordedAtMs = transcript.recordedAtMs ?? described.recordedAtMs;
  return { ...transcript, recordedAtMs, facts: described.facts };
}

async function answer(
  type: "identify" | "transcribe" | "describe",
  task: FileTask,
  setup: WorkerSetup,
): Promise<WorkerReply> {
  try {
    if (type === "identify")
      return { type: "identity", identity: await identifyFile(task, stop.signal, alive()) };
    if (type === "describe")
      return { type: "facts", facts: (await describeFile(task, services(setup))).facts };
    const transcript = await processFile(task, services(setup));
    if (!transcript) return { type: "skipped", reason: "no captions" };
    return { type: "transcript", transcript: await withFacts(transcript, task, setup) };
  } catch (error) {
    const { code, message, hint } = toMediasearchError(error, task.path);
    return { type: "failed", failure: { code, message, hint } };
  }
}

async function listen(
  { task, spans }: Extract<Request, { type: "voices" }>,
  setup: WorkerSetup,
): Promise<WorkerReply> {
  try {
    const { hearVoices } = await import("./pipeline/worker/hear-voices.ts");
    const voices = await hearVoices(task, spans, await openListener(), services(setup));
    return { type: "voices", voices };
  } catch (error) {
    const { code, message, hint } = toMediasearchError(error, task.path);
    return { type: "failed", failure: { code, message, hint } };
  }
}

let listener: Promise<SpeakerListener> | undefined;
const openListener = (): Promise<SpeakerListener> =>
  (listener ??= openSpeakerListener(models).catch((error: unknown) => {
    listener = undefined;
    throw error;
  }));

let setup: WorkerSetup | undefined;
const replyToPool = serveParent<Request, WorkerReply>({
  onRequest: (request) => {
    if (request.type === "setup") setup = request.setup;
    else if (request.type === "models") waiting.get(request.model)?.(request);
    else if (setup && request.type === "embed")
      void embed(request.segments, setup).then(replyToPool);
    else if (setup && request.type === "voices") void listen(request, setup).then(replyToPool);
    else if (request.type === "measure") void measure(request.paths).then(replyToPool);
    else if (setup && request.type !== "embed" && request.type !== "voices")
      void answer(request.type, request.task, setup).then(replyToPool);
  },
  onOrphaned: () => void quit(),
});
