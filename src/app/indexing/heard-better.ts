import { optionalModelsOf } from "../../asr/registry.ts";
import { ruleEngines } from "../../config/engine-rules.ts";
import { parseEngineChain } from "../../engine-chain.ts";
import { parseFingerprint } from "../../fingerprint.ts";
import type { TranscriptOptions } from "../../pipeline/unchanged.ts";
import type { Context } from "../context.ts";

type IsHeardBetter = NonNullable<TranscriptOptions["isHeardBetter"]>;

/**
 * What a recogniser could not place in any language is worth another look once a model is here that
 * it did not have then. Undefined where no such model is here.
 */
export async function heardBetterNow({
  config: { settings },
}: Pick<Context, "config">): Promise<IsHeardBetter | undefined> {
  const engines = [...parseEngineChain(settings.engine), ...ruleEngines(settings.engineRules)];
  const wanted = new Set(engines.flatMap(optionalModelsOf));
  if (wanted.size === 0) return undefined;
  const { listModels } = await import("../../models/store.ts");
  const listed = await listModels({ cacheDir: settings.modelCache, modelsDir: settings.modelsDir });
  const present = listed
    .filter(({ id, files }) => wanted.has(id) && files.every(({ path }) => path !== null))
    .map(({ id }) => id);
  if (present.length === 0) return undefined;
  return ({ language, engine, fingerprint }) => {
    // Of several models a recogniser uses the best, and its id has no other.
    const best = optionalModelsOf(parseFingerprint(fingerprint).engine).find((model) =>
      present.includes(model),
    );
    return language === "und" && best !== undefined && engine?.includes(best) === false;
  };
}
