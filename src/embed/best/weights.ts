import { stat } from "node:fs/promises";
import { join } from "node:path";
import { fileSize } from "../../models/catalogue.ts";

export const SECOND_MODEL = "e5-small-v2";
const GRAPH_FILE = "graph.onnx";
const FILES = ["model_quantized.onnx", GRAPH_FILE] as const;

/**
 * The graph of the second model, beside its weights. Both are carried compressed: the first use
 * unpacks them into the cache.
 * @throws what keeps them from being written there.
 */
export async function secondModel(cacheDir: string): Promise<string> {
  const graph = join(cacheDir, SECOND_MODEL, GRAPH_FILE);
  const sizes = await Promise.all(
    FILES.map((name) =>
      stat(join(cacheDir, SECOND_MODEL, name)).then(
        ({ size }) => size,
        () => -1,
      ),
    ),
  );
  // They were checked when they were made: their digests would take longer than the query.
  if (FILES.every((name, i) => sizes[i] === fileSize(SECOND_MODEL, name))) return graph;
  const { ensureModel } = await import("../../models/store.ts");
  const { signal } = new AbortController();
  const files = await ensureModel(SECOND_MODEL, { cacheDir, env: {}, signal });
  return files[GRAPH_FILE] ?? graph;
}
