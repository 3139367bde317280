import type { Setting, SettingTable } from "../config/setting.ts";
import {
  type EmbeddingModel,
  isSameModel,
  libraryModelId,
  type Recipe,
} from "../embedding-model.ts";
import { MediasearchError } from "../errors.ts";
import type { Embedder } from "./embedder.ts";
import { BEST, BEST_MODEL } from "./best/settings.ts";
import { MINILM, MODEL } from "./minilm/settings.ts";
import { ONNX } from "./onnx/settings.ts";
import { REMOTE } from "./remote/settings.ts";
import { STUB } from "./stub/settings.ts";
import {
  type EmbedderSettings,
  MODEL_ROWS,
  type Quality,
  QUALITY_ROWS,
  type QualityRows,
  type ModelRows,
  LIMIT_ROWS,
  type LimitRows,
  type EmbeddingRetryRows,
  sharedSettings,
} from "./settings.ts";

/** An embedder. `never` stands for what it alone knows: its rows and what it is given of them. */
interface EmbedderEntry {
  readonly settings: {
    readonly rows: object;
    readonly own: (values: never) => object;
    readonly isFor: (settings: never) => boolean;
  };
  /**
   * What a library is marked with. A model of this machine is not loaded for it; a server is asked.
   */
  readonly identify: (settings: never) => Promise<EmbeddingModel>;
  /** How its vectors are made of segments: `late` where it has `embedPassages`. */
  readonly recipe: Recipe;
  readonly open: (settings: never) => Promise<Embedder>;
  /** Puts on this machine what processes that may not write need to open it. */
  readonly prepare?: (settings: never) => Promise<unknown>;
}

/**
 * Every embedder. The first that the settings mean is taken. Settings are light; the rest is loaded
 * by who needs it.
 */
const EMBEDDERS = [
  {
    settings: REMOTE,
    identify: async (settings) => (await import("./remote/open.ts")).identifyRemote(settings),
    recipe: "passages",
    open: async (settings) => (await import("./remote/open.ts")).open(settings),
  },
  {
    settings: STUB,
    identify: async () => (await import("./stub/open.ts")).STUB_MODEL,
    recipe: "passages",
    open: async () => (await import("./stub/open.ts")).open(),
  },
  {
    settings: MINILM,
    identify: async () => (await import("./minilm/identify.ts")).identifyMinilm(),
    recipe: "late",
    open: async () => (await import("./minilm/open.ts")).open(),
  },
  {
    settings: BEST,
    identify: async () => (await import("./best/identify.ts")).identifyBest(),
    recipe: "late",
    open: async (settings) => (await import("./best/open.ts")).open(settings),
    prepare: async ({ modelCache = "" }) =>
      (await import("./best/weights.ts")).secondModel(modelCache),
  },
  {
    settings: ONNX,
    identify: async (settings) => (await import("./onnx/folder.ts")).identifyOnnx(settings),
    recipe: "passages",
    open: async (settings) => (await import("./onnx/open.ts")).open(settings),
  },
] as const satisfies readonly EmbedderEntry[];

type SettingsOf<One> = One extends { readonly settings: infer Settings } ? Settings : never;
type Own = SettingsOf<(typeof EMBEDDERS)[number]>;
type EmbedderRowsOf<One> = One extends { readonly rows: infer Rows }
  ? { readonly [Name in keyof Rows]: Rows[Name] extends Setting<infer Value> ? Value : never }
  : never;
type GivenTo<One> = One extends { readonly own: (...of: never) => infer Given } ? Given : never;
type Intersection<Union> = (Union extends unknown ? (one: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;

/** The settings of all embedders. */
export type EmbedderRows = ModelRows & QualityRows & LimitRows & Intersection<EmbedderRowsOf<Own>>;

/** What embedders are given: the same for all, and what single ones have of their own. */
export type AnyEmbedderSettings = EmbedderSettings & Partial<Intersection<GivenTo<Own>>>;

export const EMBEDDER_ROWS = Object.assign(
  { ...MODEL_ROWS, ...QUALITY_ROWS },
  ...EMBEDDERS.map(({ settings }) => settings.rows),
  LIMIT_ROWS,
) as SettingTable<EmbedderRows>;

/** What embedders are given of the settings. */
export function embedderSettings(
  values: EmbedderRows & EmbeddingRetryRows & { readonly modelCache: string },
): AnyEmbedderSettings {
  const given = Object.assign(
    sharedSettings(values),
    ...EMBEDDERS.map(({ settings }) => settings.own(values as never)),
  ) as AnyEmbedderSettings;
  const isBundled = EMBEDDERS.find((one: EmbedderEntry) => one.settings.isFor(given as never));
  return values.searchQuality === "best" && isBundled?.settings === MINILM
    ? { ...given, model: BEST_MODEL }
    : given;
}

/**
 * The quality of the bundled models that a library was made with; undefined for one that has no
 * vectors, or those of another model.
 */
export async function qualityOf(stored: EmbeddingModel | undefined): Promise<Quality | undefined> {
  if (!stored) return undefined;
  const [{ identifyMinilm }, { identifyBest }] = await Promise.all([
    import("./minilm/identify.ts"),
    import("./best/identify.ts"),
  ]);
  if (isSameModel(stored, identifyMinilm())) return "standard";
  return isSameModel(stored, identifyBest()) ? "best" : undefined;
}

/** @throws USAGE when the settings mean no embedder. */
function embedderFor(settings: AnyEmbedderSettings): EmbedderEntry {
  const entry = EMBEDDERS.find((one: EmbedderEntry) => one.settings.isFor(settings as never));
  if (!entry)
    throw new MediasearchError("USAGE", `no embedding model is called ${settings.model}`, {
      subject: "EMBEDDING_MODEL",
      hint: `EMBEDDING_MODEL=${MODEL}, or a folder with an ONNX model such as ./my-model, or EMBEDDING_ENDPOINT=http://SERVER for a model of a server`,
    });
  return entry;
}

/** Whether the embedder of the settings asks a server. */
export const embedderAsksServer = (settings: AnyEmbedderSettings): boolean =>
  embedderFor(settings).settings === REMOTE;

export const openEmbedder = async (settings: AnyEmbedderSettings): Promise<Embedder> =>
  embedderFor(settings).open(settings as never);

/** Makes ready what workers open: they write nothing. */
export const prepareEmbedder = async (settings: AnyEmbedderSettings): Promise<void> =>
  void (await embedderFor(settings).prepare?.(settings as never));

/** The embedder of the settings. */
export const identifyEmbedder = async (settings: AnyEmbedderSettings): Promise<EmbeddingModel> =>
  embedderFor(settings).identify(settings as never);

/** What a library is marked with that is made with these settings. */
export async function identifyLibraryModel(settings: AnyEmbedderSettings): Promise<EmbeddingModel> {
  const { identify, recipe } = embedderFor(settings);
  const { embedder, dimensions } = await identify(settings as never);
  return { embedder: libraryModelId(embedder, recipe), dimensions };
}
