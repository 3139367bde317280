import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { ClientDuplexStream, Metadata, ServiceError } from "@grpc/grpc-js";
import type { NimSettings } from "./settings.ts";

/** The messages of `protos/`, as far as they are sent or read. */
export interface RecognitionConfig {
  readonly encoding: "LINEAR_PCM";
  readonly sample_rate_hertz: number;
  readonly language_code: string;
  readonly max_alternatives: number;
  readonly audio_channel_count: number;
  readonly enable_word_time_offsets: boolean;
  readonly enable_automatic_punctuation: boolean;
  readonly verbatim_transcripts: boolean;
  readonly model: string;
  readonly diarization_config?: {
    readonly enable_speaker_diarization: boolean;
    readonly max_speaker_count: number;
  };
}

export interface WordInfo {
  /** Milliseconds. */
  readonly start_time: number;
  readonly end_time: number;
  readonly word: string;
  readonly confidence: number;
  readonly speaker_tag: number;
  readonly language_code: string;
}

export interface RivaResult {
  readonly alternatives: readonly {
    readonly transcript: string;
    readonly confidence: number;
    readonly words: readonly WordInfo[];
    readonly language_code: readonly string[];
  }[];
  /** Only streams set it. */
  readonly is_final?: boolean;
}

export interface RivaModel {
  readonly model_name: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface CallOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** Calls reject with gRPC's errors, or the signal's reason. */
export interface Riva {
  recognize(
    config: RecognitionConfig,
    audio: Buffer,
    options: CallOptions,
  ): Promise<readonly RivaResult[]>;
  /** Recognises over a stream, for models that only stream. */
  stream(
    config: RecognitionConfig,
    audio: Buffer,
    options: CallOptions,
  ): Promise<readonly RivaResult[]>;
  models(options: CallOptions): Promise<readonly RivaModel[]>;
  /** Resolves to whether the server says that it serves. */
  isServing(options: CallOptions): Promise<boolean>;
  close(): void;
}

/** A tenth of a second of audio. */
const STREAM_BYTES = 3200;
/**
 * The server sets the limits. A channel that failed must connect again as soon as a call is made.
 */
const CHANNEL_OPTIONS = {
  "grpc.max_receive_message_length": -1,
  "grpc.max_send_message_length": -1,
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.min_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 5000,
};
type Unary = (
  request: unknown,
  metadata: unknown,
  options: { deadline: number },
  done: (error: ServiceError | null, reply: unknown) => void,
) => { cancel(): void };
type OpenStream = (
  metadata: unknown,
  options: { deadline: number },
) => ClientDuplexStream<unknown, { results: readonly RivaResult[] }>;
interface RawClient {
  readonly Recognize: Unary;
  readonly StreamingRecognize: OpenStream;
  readonly GetRivaSpeechRecognitionConfig: Unary;
  readonly Check: Unary;
  close(): void;
}
type ClientClass = new (
  target: string,
  credentials: unknown,
  options: Record<string, unknown>,
) => RawClient;

export async function openRiva(
  target: string,
  isTls: boolean,
  settings: NimSettings,
): Promise<Riva> {
  const { speech, health, metadata } = await connectRiva(target, isTls, settings);
  const unary = <T>(
    method: Unary,
    client: RawClient,
    request: unknown,
    options: CallOptions,
  ): Promise<T> =>
    callUnary<T>(
      (deadline, done) => method.call(client, request, metadata, { deadline }, done),
      options,
    );
  return {
    recognize: async (config, audio, options) =>
      (
        await unary<{ results: readonly RivaResult[] }>(
          speech.Recognize,
          speech,
          { config, audio },
          options,
        )
      ).results,
    stream: (config, audio, { timeoutMs, signal }) =>
      streamAll(
        speech.StreamingRecognize.call(speech, metadata, { deadline: Date.now() + timeoutMs }),
        config,
        audio,
        signal,
      ),
    models: async (options) =>
      (
        await unary<{ model_config: readonly RivaModel[] }>(
          speech.GetRivaSpeechRecognitionConfig,
          speech,
          {},
          options,
        )
      ).model_config,
    isServing: async (options) =>
      (await unary<{ status: string }>(health.Check, health, { service: "" }, options)).status ===
      "SERVING",
    close() {
      speech.close();
      health.close();
    },
  };
}

/** Opens the channels; gRPC connects them with the first call. */
async function connectRiva(
  target: string,
  isTls: boolean,
  settings: NimSettings,
): Promise<{ speech: RawClient; health: RawClient; metadata: Metadata }> {
  const [{ credentials, loadPackageDefinition, Metadata }, { load }] = await Promise.all([
    import("@grpc/grpc-js"),
    import("@grpc/proto-loader"),
  ]);
  const protos = fileURLToPath(new URL("protos", import.meta.url));
  const definition = await load(["riva/proto/riva_asr.proto", "grpc/health/v1/health.proto"], {
    keepCase: true,
    longs: Number,
    enums: String,
    defaults: true,
    oneofs: true,
    includeDirs: [protos],
  });
  const packages = loadPackageDefinition(definition) as unknown as {
    nvidia: { riva: { asr: { RivaSpeechRecognition: ClientClass } } };
    grpc: { health: { v1: { Health: ClientClass } } };
  };
  const secure = isTls
    ? credentials.createSsl(settings.tlsCa === undefined ? null : await readFile(settings.tlsCa))
    : credentials.createInsecure();
  const metadata = new Metadata();
  if (settings.apiKey !== undefined) metadata.set("authorization", `Bearer ${settings.apiKey}`);
  if (settings.functionId !== undefined) metadata.set("function-id", settings.functionId);
  return {
    speech: new packages.nvidia.riva.asr.RivaSpeechRecognition(target, secure, CHANNEL_OPTIONS),
    health: new packages.grpc.health.v1.Health(target, secure, CHANNEL_OPTIONS),
    metadata,
  };
}

/** Makes one call, which ends at its deadline or when its signal aborts. */
function callUnary<T>(
  call: (
    deadline: number,
    done: (error: ServiceError | null, reply: unknown) => void,
  ) => ReturnType<Unary>,
  { signal, timeoutMs }: CallOptions,
): Promise<T> {
  signal.throwIfAborted();
  return new Promise<T>((resolve, reject) => {
    const active = call(Date.now() + timeoutMs, (error, reply) => {
      signal.removeEventListener("abort", onAbort);
      if (error) reject(signal.aborted ? (signal.reason as Error) : error);
      else resolve(reply as T);
    });
    const onAbort = (): void => active.cancel();
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

/**
 * Sends the configuration, then the audio as fast as the server takes it, then the end. Only final
 * results count.
 */
function streamAll(
  call: ReturnType<OpenStream>,
  config: RecognitionConfig,
  audio: Buffer,
  signal: AbortSignal,
): Promise<readonly RivaResult[]> {
  return new Promise((resolve, reject) => {
    const final: RivaResult[] = [];
    const state = { isOver: false };
    const onAbort = (): void => call.cancel();
    const finish = (act: () => void): void => {
      state.isOver = true;
      signal.removeEventListener("abort", onAbort);
      act();
    };
    signal.addEventListener("abort", onAbort, { once: true });
    call.on("data", ({ results }) =>
      final.push(...results.filter((one: RivaResult) => one.is_final)),
    );
    call.on("error", (error) =>
      finish(() => reject(signal.aborted ? (signal.reason as Error) : error)),
    );
    call.on("end", () => finish(() => resolve(final)));
    const write = async (): Promise<void> => {
      call.write({ streaming_config: { config, interim_results: false } });
      for (let at = 0; at < audio.length && !state.isOver; at += STREAM_BYTES)
        if (!call.write({ audio_content: audio.subarray(at, at + STREAM_BYTES) }))
          await drained(call);
      if (!state.isOver) call.end();
    };
    write().catch((error: unknown) => finish(() => reject(error as Error)));
  });
}

/** Resolves when the server takes more, or when the call is over. */
function drained(call: ReturnType<OpenStream>): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      for (const event of ["drain", "close", "error"]) call.off(event, done);
      resolve();
    };
    for (const event of ["drain", "close", "error"]) call.on(event, done);
  });
}
