import { resolveConfig } from "../../src/config/resolve.ts";
import { ensureModel } from "../../src/models/store.ts";

/** The real models, out of the user's own cache; fetched once where they are missing. */
export function testModels(model: string): Promise<Record<string, string>> {
  const { modelCache, modelsDir } = resolveConfig(
    {},
    { env: process.env, cwd: process.cwd() },
  ).settings;
  return ensureModel(model, {
    cacheDir: modelCache,
    modelsDir,
    env: process.env,
    signal: new AbortController().signal,
  });
}
