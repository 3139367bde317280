import { isAbsolute } from "node:path";
import { parseEngineChain } from "../engine-chain.ts";
import type { EmbeddingModel } from "../embedding-model.ts";
import type { SpeakerListener } from "../asr/speaker-turns.ts";
import type { AllRecogniserSettings } from "../asr/settings.ts";
import type { Transcriber } from "../asr/transcriber.ts";
import type { Backend } from "../backends/backend.ts";
import type { QueryVectors } from "../backends/search-access.ts";
import type { BackendName } from "../backends/registry.ts";
import { s3Options } from "../config/object-store-settings.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { Settings } from "../config/settings.ts";
import type { Embedder } from "../embed/embedder.ts";
import type { Objects } from "../objects/object-store.ts";
import type { LinkOptions } from "../pipeline/sources/link/http.ts";
import type { MediaSources } from "../pipeline/sources/media-source.ts";
import type { WorkerPool } from "../pipeline/worker/pool.ts";
import { isRemote, type Location, toLocation } from "../location.ts";
import { proxiesOf } from "../proxy.ts";
import type { World } from "./world.ts";

/** The parts that the settings name, opened when an operation needs them. */
export interface Context extends World {
  readonly config: LoadedConfig;
  /**
   * The same parts for one operation: what they open stops with `signal` and tells `tell`. The
   * object store is shared.
   */
  within(operation: Pick<World, "signal" | "tell">): Context;
  openBackend(create: boolean): Promise<Backend>;
  /** Another library than that of the settings: for moves, backups and the like. */
  openBackendAt(name: BackendName, path: string, create: boolean): Promise<Backend>;
  openEmbedder(): Promise<Embedder>;
  /**
   * The same parts for a library whose vectors are there already: of the bundled embedding models
   * the library's own is opened, whatever SEARCH_QUALITY says.
   */
  forLibrary(stored: EmbeddingModel | undefined): Promise<Context>;
  /** What the present embedding model is, and how long its vectors are. */
  identifyEmbedder(): Promise<EmbeddingModel>;
  /**
   * Opens a recogniser in this process, to ask it what it is; files are recognised by workers.
   * `engine` is its name, by default the first one that the settings choose.
   */
  openTranscriber(engine?: string): Promise<Transcriber>;
  /** Opens what tells apart who speaks, in this process. */
  openSpeakerListener(): Promise<SpeakerListener>;
  /**
   * For searches of that library, with the model of its vectors: it is loaded only for a query that
   * is new to it.
   */
  openQueryEmbedder(
    queryVectors: QueryVectors | undefined,
    stored: EmbeddingModel | undefined,
  ): Promise<Embedder>;
  /** The object store of the settings; the same one every time. */
  openObjects(): Promise<Objects>;
  /** Where media comes from: folders of this machine and the object store of the settings. */
  openSources(): Promise<MediaSources>;
  /** What the user wrote on the command line: a path, an s3:// place or a link. */
  toLocation(text: string): Location;
  /** `media` are files and folders of this machine whose recordings the workers may read. */
  openWorkers(media?: readonly Location[]): Promise<WorkerPool>;
}

export function createContext(config: LoadedConfig, world: World): Context {
  const { settings } = config;
  let objects: Promise<Objects> | undefined;
  const openObjects = (): Promise<Objects> =>
    (objects ??= import("../objects/s3/open.ts").then(({ openS3 }) => openS3(s3Options(settings))));
  return contextOver(config, world, openObjects);
}

function contextOver(
  config: LoadedConfig,
  world: World,
  openObjects: Context["openObjects"],
): Context {
  const { settings } = config;
  const { env, cwd, signal, tell } = world;
  return {
    config,
    env,
    cwd,
    signal,
    tell,
    within: (operation) => contextOver(config, { ...world, ...operation }, openObjects),
    openBackend(create) {
      return this.openBackendAt(settings.backend, settings.store, create);
    },
    async openBackendAt(name, path, create) {
      const { openBackend } = await import("../backends/registry.ts");
      const { scanElsewhere } = world;
      return openBackend(name, { path, create, scanElsewhere, host: { settings, env, signal } });
    },
    async openEmbedder() {
      const { embedderSettings, openEmbedder } = await import("../embed/registry.ts");
      return openEmbedder(embedderSettings(settings));
    },
    async identifyEmbedder() {
      const { embedderSettings, identifyLibraryModel } = await import("../embed/registry.ts");
      return identifyLibraryModel(embedderSettings(settings));
    },
    async openTranscriber(engine = parseEngineChain(settings.engine)[0] ?? "") {
      const [{ openTranscriber }, { modelProvider }, engines] = await Promise.all([
        import("../asr/registry.ts"),
        import("./model-provider.ts"),
        recogniserSettings(settings, env),
      ]);
      return openTranscriber(engine, { models: modelProvider(settings, world), engines });
    },
    async openSpeakerListener() {
      const [{ openSpeakerListener }, { modelProvider }] = await Promise.all([
        import("../asr/registry.ts"),
        import("./model-provider.ts"),
      ]);
      return openSpeakerListener(modelProvider(settings, world));
    },
    async forLibrary(stored) {
      const { qualityOf } = await import("../embed/registry.ts");
      const searchQuality = (await qualityOf(stored)) ?? settings.searchQuality;
      if (searchQuality === settings.searchQuality) return this;
      const ofLibrary = { ...config, settings: { ...settings, searchQuality } };
      return contextOver(ofLibrary, world, openObjects);
    },
    async openQueryEmbedder(queryVectors, stored) {
      const ofLibrary = await this.forLibrary(stored);
      if (ofLibrary !== this) return ofLibrary.openQueryEmbedder(queryVectors, undefined);
      if (!queryVectors) return this.openEmbedder();
      const [{ embedderSettings, identifyEmbedder }, { rememberQueries }] = await Promise.all([
        import("../embed/registry.ts"),
        import("../embed/remember-queries.ts"),
      ]);
      return rememberQueries(
        await identifyEmbedder(embedderSettings(settings)),
        () => this.openEmbedder(),
        queryVectors,
      );
    },
    openObjects,
    async openSources() {
      const { openSources } = await import("../pipeline/sources/registry.ts");
      const { stableMs, bucketPollMs, feedPollMs } = settings;
      const links = linkOptions(settings, env);
      return openSources({ objects: openObjects, stableMs, bucketPollMs, links, feedPollMs });
    },
    toLocation: (text) => toLocation(text, cwd),
    openWorkers: (media) => openWorkersFor(settings, world, media),
  };
}

const linkOptions = ({ linksPrivate }: Settings, env: World["env"]): LinkOptions => ({
  allowsPrivate: linksPrivate,
  proxies: proxiesOf(env),
});

/** @throws USAGE when the user's vocabulary can't be read. */
async function recogniserSettings(
  settings: Settings,
  env: World["env"],
): Promise<AllRecogniserSettings> {
  const [{ engineSettings }, { withTerms }] = await Promise.all([
    import("../asr/registry.ts"),
    import("../asr/terms.ts"),
  ]);
  return withTerms(engineSettings(settings, env), settings.vocabulary);
}

async function openWorkersFor(
  settings: Settings,
  world: World,
  media: readonly Location[] = [],
): Promise<WorkerPool> {
  const [
    { openWorkers },
    { sightOf },
    { modelProvider },
    { asksServers, readsOwnModels },
    { embedderAsksServer, embedderSettings, prepareEmbedder },
    { mkdir },
  ] = await Promise.all([
    import("../pipeline/worker/pool.ts"),
    import("../file-cage.ts"),
    import("./model-provider.ts"),
    import("../asr/registry.ts"),
    import("../embed/registry.ts"),
    import("node:fs/promises"),
  ]);
  // What is not there can't be shown to workers, and a model may be fetched while they run.
  await mkdir(settings.modelCache, { recursive: true }).catch(() => {});
  await prepareEmbedder(embedderSettings(settings));
  const models = [settings.modelCache, settings.modelsDir, settings.embeddingModel];
  const sight = sightOf(
    media.filter((place) => !isRemote(place)),
    { models: models.filter((place) => place !== undefined && isAbsolute(place)) as string[] },
  );
  return openWorkers({
    setup: {
      objects: s3Options(settings),
      links: linkOptions(settings, world.env),
      embedder: embedderSettings(settings),
      engines: await recogniserSettings(settings, world.env),
    },
    timeoutMs: settings.jobTimeoutMs,
    memoryBytes: settings.workerMemoryMb * 1_000_000,
    models: modelProvider(settings, world),
    env: world.env,
    needsNetwork: (request, path) =>
      isRemote(path) ||
      embedderAsksServer(embedderSettings(settings)) ||
      ("task" in request && request.task.engines.some(asksServers)),
    sight: (request) =>
      "task" in request && request.task.engines.some(readsOwnModels) ? undefined : sight,
  });
}
