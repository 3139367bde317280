import { stat } from "node:fs/promises";
import { join } from "node:path";
import { fileSize } from "../../models/catalogue.ts";

export const SECOND_MODEL = "e5-small-v2";
export const WEIGHTS_FILE = "model_quantized.onnx";

/**
 * The weights of the second model, which is carried compressed: the first use unpacks it into the
 * cache.
 * @throws what keeps it from being written there.
 */
export async function secondWeights(cacheDir: string): Promise<string> {
  const unpacked = join(cacheDir, SECOND_MODEL, WEIGHTS_FILE);
  const { size } = await stat(unpacked).catch(() => ({ size: 0 }));
  // It was checked when it was made: its digest would take longer than the query.
  if (size === fileSize(SECOND_MODEL, WEIGHTS_FILE)) return unpacked;
  const { ensureModel } = await import("../../models/store.ts");
  const { signal } = new AbortController();
  const files = await ensureModel(SECOND_MODEL, { cacheDir, env: {}, signal });
  return files[WEIGHTS_FILE] ?? unpacked;
}
