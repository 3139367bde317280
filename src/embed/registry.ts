import type { EmbeddingModel } from "../embedding-model.ts";
import { MediasearchError } from "../errors.ts";
import type { Embedder } from "./embedder.ts";
import type { EmbedderSettings } from "./settings.ts";

interface Entry {
  /** What an index made with it is marked with. A model of this machine is not loaded for it; a server is asked. */
  readonly identity: (settings: EmbedderSettings) => Promise<EmbeddingModel>;
  readonly open: (settings: EmbedderSettings) => Promise<Embedder>;
}

const MINILM: Entry = {
  async identity() {
    const { DIMENSIONS, minilmId } = await import("./minilm/identity.ts");
    return { embedder: minilmId(), dimensions: DIMENSIONS };
  },
  open: async () => (await import("./minilm/open.ts")).open(),
};
const ONNX: Entry = {
  identity: async (settings) => (await import("./onnx/folder.ts")).identityOf(settings),
  open: async (settings) => (await import("./onnx/open.ts")).open(settings),
};
const REMOTE: Entry = {
  identity: async (settings) => (await import("./remote/open.ts")).identityOf(settings),
  open: async (settings) => (await import("./remote/open.ts")).open(settings),
};

const BUNDLED = "all-MiniLM-L6-v2";

function entry({ model, endpoint }: EmbedderSettings): Entry {
  if (endpoint !== undefined) return REMOTE;
  if (model === BUNDLED) return MINILM;
  if (/^[./~]|[/\\]$/.test(model) || /^[A-Za-z]:\\/.test(model)) return ONNX;
  throw new MediasearchError("USAGE", `no embedding model is called ${model}`, {
    subject: "EMBEDDING_MODEL",
    hint: `EMBEDDING_MODEL=${BUNDLED}, or a folder with an ONNX model such as ./my-model, or EMBEDDING_ENDPOINT=http://SERVER for a model of a server`,
  });
}

export const openEmbedder = async (settings: EmbedderSettings): Promise<Embedder> =>
  entry(settings).open(settings);

export const embedderIdentity = async (settings: EmbedderSettings): Promise<EmbeddingModel> =>
  entry(settings).identity(settings);
