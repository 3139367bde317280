import type { Embedder } from "./embedder.ts";

interface Memory {
  get(embedder: string, query: string): Promise<Float32Array | undefined>;
  put(embedder: string, query: string, vector: Float32Array): Promise<void>;
}

/**
 * An embedder that opens the model when it meets a query that the memory does not know, or a
 * passage.
 */
export function rememberQueries(
  { embedder: id, dimensions }: { readonly embedder: string; readonly dimensions: number },
  open: () => Promise<Embedder>,
  memory: Memory,
): Embedder {
  let model: Promise<Embedder> | undefined;
  const opened = (): Promise<Embedder> => (model ??= open());
  return {
    id,
    dimensions,
    async embed(texts, options) {
      if (options.as !== "query") return (await opened()).embed(texts, options);
      const known = await Promise.all(texts.map((text) => memory.get(id, text)));
      const missing = texts.filter((_, i) => known[i]?.length !== dimensions);
      const made = missing.length === 0 ? [] : await (await opened()).embed(missing, options);
      const vectors = new Map(missing.map((text, i) => [text, made[i] as Float32Array]));
      for (const [text, vector] of vectors) await memory.put(id, text, vector);
      return texts.map((text, i) => vectors.get(text) ?? (known[i] as Float32Array));
    },
    close: async () => void (await (await model)?.close()),
  };
}
