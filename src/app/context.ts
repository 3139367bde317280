import type { EmbeddingModel } from "../embedding-model.ts";
import type { Transcriber } from "../asr/transcriber.ts";
import type { Backend } from "../backends/backend.ts";
import type { BackendName } from "../backends/registry.ts";
import { s3Options } from "../config/cluster-settings.ts";
import { embedderSettings } from "../config/embedder.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { Embedder } from "../embed/embedder.ts";
import type { Objects } from "../objects/object-store.ts";
import type { CliStreams } from "../terminal/io.ts";
import type { StatusLine } from "../terminal/status-line.ts";
import type { WorkerPool } from "../pipeline/worker/pool.ts";
import { type Location, toLocation } from "../location.ts";

/** The parts that the settings name, opened when a command asks for them. */
export interface Context {
  readonly config: LoadedConfig;
  readonly io: CliStreams;
  openBackend(create: boolean): Promise<Backend>;
  /** Another library than that of the settings: for moves, backups and the like. */
  openBackendAt(name: BackendName, path: string, create: boolean): Promise<Backend>;
  openEmbedder(): Promise<Embedder>;
  /** What the present embedding model is, and how long its vectors are. */
  embedderIdentity(): Promise<EmbeddingModel>;
  /** In this process, to ask it what it is; files are recognised by workers. */
  /** `engine`: by name; the first of those that are chosen by default. */
  openTranscriber(status: StatusLine, engine?: string): Promise<Transcriber>;
  /** For searches of that library: the model is loaded only for a query that is new to it. */
  openQueryEmbedder(library: Pick<Backend, "queryVectors">): Promise<Embedder>;
  /** The object store of the settings; the same one every time. */
  openObjects(): Promise<Objects>;
  /** What the user wrote on the command line, a path or an s3:// place. */
  place(text: string): Location;
  openWorkers(status: StatusLine): Promise<WorkerPool>;
}

export function createContext(config: LoadedConfig, io: CliStreams): Context {
  const { settings } = config;
  let objects: Promise<Objects> | undefined;
  return {
    config,
    io,
    openBackend(create) {
      return this.openBackendAt(settings.backend, settings.store, create);
    },
    async openBackendAt(name, path, create) {
      const { openBackend } = await import("../backends/registry.ts");
      const vast =
        name === "vast"
          ? await (await import("./vast-options.ts")).vastOptions(settings, io.env, io.signal)
          : undefined;
      return openBackend(name, { path, create, vast });
    },
    async openEmbedder() {
      const { openEmbedder } = await import("../embed/registry.ts");
      return openEmbedder(embedderSettings(settings));
    },
    async embedderIdentity() {
      const [{ embedderIdentity }, { passageModelId }] = await Promise.all([
        import("../embed/registry.ts"),
        import("../embed/passages.ts"),
      ]);
      const { embedder, dimensions } = await embedderIdentity(embedderSettings(settings));
      return { embedder: passageModelId(embedder), dimensions };
    },
    async openTranscriber(status, engine = settings.engine.split(",")[0] ?? "") {
      const [{ openTranscriber }, { modelProvider }, { engineSettings }] = await Promise.all([
        import("../asr/registry.ts"),
        import("./model-provider.ts"),
        import("../config/recognisers.ts"),
      ]);
      return openTranscriber(engine, {
        models: modelProvider(config, io, status),
        engines: engineSettings(settings, io.env),
      });
    },
    async openQueryEmbedder({ queryVectors }) {
      if (!queryVectors) return this.openEmbedder();
      const [{ embedderIdentity }, { rememberQueries }] = await Promise.all([
        import("../embed/registry.ts"),
        import("../embed/remember-queries.ts"),
      ]);
      return rememberQueries(
        await embedderIdentity(embedderSettings(settings)),
        () => this.openEmbedder(),
        queryVectors,
      );
    },
    openObjects() {
      objects ??= import("../objects/s3/open.ts").then(({ openS3 }) => openS3(s3Options(settings)));
      return objects;
    },
    place: (text) => toLocation(text, io.cwd),
    async openWorkers(status) {
      const [{ openWorkers }, { modelProvider }, { engineSettings }] = await Promise.all([
        import("../pipeline/worker/pool.ts"),
        import("./model-provider.ts"),
        import("../config/recognisers.ts"),
      ]);
      return openWorkers({
        setup: {
          objects: s3Options(settings),
          embedder: embedderSettings(settings),
          engines: engineSettings(settings, io.env),
        },
        timeoutMs: settings.jobTimeoutMs,
        memoryBytes: settings.workerMemoryMb * 1_000_000,
        models: modelProvider(config, io, status),
        env: io.env,
      });
    },
  };
}
