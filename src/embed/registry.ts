import { MediasearchError } from "../errors.ts";
import type { Embedder } from "./embedder.ts";

interface Entry {
  /** What an index made with it is marked with, without loading the model. */
  readonly identity: () => Promise<{ readonly embedder: string; readonly dimensions: number }>;
  readonly open: () => Promise<Embedder>;
}

const EMBEDDERS: Readonly<Record<string, Entry>> = {
  "all-MiniLM-L6-v2": {
    async identity() {
      const { DIMENSIONS, minilmId } = await import("./minilm/identity.ts");
      return { embedder: minilmId(), dimensions: DIMENSIONS };
    },
    open: async () => (await import("./minilm/open.ts")).open(),
  },
};

function entry(name: string): Entry {
  const found = EMBEDDERS[name];
  if (!found)
    throw new MediasearchError("USAGE", `no embedding model is called ${name}`, { hint: `EMBEDDING_MODEL=${Object.keys(EMBEDDERS).join(" or ")}` });
  return found;
}

export const openEmbedder = async (name: string): Promise<Embedder> => entry(name).open();

export const embedderIdentity = async (name: string): ReturnType<Entry["identity"]> => entry(name).identity();
