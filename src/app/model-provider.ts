import type { Settings } from "../config/settings.ts";
import { RUNTIME } from "../models/runtime-folder.ts";
import type { World } from "./world.ts";

/**
 * A failure answers everybody who asks within this time: each attempt at a network that is away
 * takes seconds, and every file of a run would make one.
 */
const FAILURE_KEPT_MS = 60_000;

interface Attempt {
  readonly files: Promise<Record<string, string>>;
  failedAtMs?: number;
}

/**
 * Finds or downloads each model once, however many workers ask, and tells how far the download is.
 * What failed is tried again a minute later: a run that watches goes on for days. Optional models
 * are downloaded with `fetchesOptional` only; one that is not here has no files.
 * @param now milliseconds since any fixed moment
 */
export function modelProvider(
  settings: Settings,
  { env, signal, tell }: Omit<World, "cwd">,
  fetchesOptional = false,
  now: () => number = () => performance.now(),
): (model: string) => Promise<Record<string, string>> {
  const attempts = new Map<string, Attempt>();
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
    const last = attempts.get(model);
    if (last && now() < (last.failedAtMs ?? Infinity) + FAILURE_KEPT_MS) return last.files;
    const attempt: Attempt = { files: ensure(model) };
    attempts.set(model, attempt);
    attempt.files.catch(() => void (attempt.failedAtMs = now()));
    return attempt.files;
  };
}
