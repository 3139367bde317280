import type { Settings } from "../config/settings.ts";
import { RUNTIME } from "../models/runtime-folder.ts";
import type { World } from "./world.ts";

/**
 * Finds or downloads each model once, however many workers ask, and tells how far the download is.
 * Optional models are downloaded with `fetchesOptional` only; one that is not here has no files.
 */
export function modelProvider(
  settings: Settings,
  { env, signal, tell }: Omit<World, "cwd">,
  fetchesOptional = false,
): (model: string) => Promise<Record<string, string>> {
  const underWay = new Map<string, Promise<Record<string, string>>>();
  const ensure = async (model: string): Promise<Record<string, string>> => {
    if (model === RUNTIME) {
      const { unpackRuntime } = await import("../models/unpack-runtime.ts");
      return { folder: await unpackRuntime() };
    }
    const { ensureModel } = await import("../models/store.ts");
    return ensureModel(model, {
      cacheDir: settings.modelCache,
      modelsDir: settings.modelsDir,
      env,
      signal,
      fetchesOptional,
      onProgress: (file, doneBytes, totalBytes) =>
        tell({ type: "downloading", model, file, doneBytes, totalBytes }),
    });
  };
  return (model) => {
    const files = underWay.get(model) ?? ensure(model);
    underWay.set(model, files);
    return files;
  };
}
