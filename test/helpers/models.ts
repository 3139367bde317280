import { ensureModel } from "../../src/models/store.ts";
import { MODEL_CACHE, PLACES } from "./places.ts";

/**
 * Paths of the files of a real model by name. A model that is missing is downloaded into the cache
 * of the tests, so only tests of the project "program" may ask for one.
 */
export function testModels(model: string): Promise<Record<string, string>> {
  if (process.env["MEDIASEARCH_TEST_PROJECT"] === "unit")
    throw new Error(`${model}: a unit test must not need a model; list it in vitest.config.ts`);
  return ensureModel(model, {
    cacheDir: MODEL_CACHE,
    modelsDir: process.env["MEDIASEARCH_MODELS"],
    env: { ...process.env, ...PLACES },
    signal: new AbortController().signal,
  });
}
