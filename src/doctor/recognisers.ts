import { parseEngineChain } from "../engine-chain.ts";
import { ruleEngines } from "../config/engine-rules.ts";
import { engineSettings, enginesSetUp } from "../asr/registry.ts";
import type { Context } from "../app/context.ts";
import { ok, type CheckStep, warning } from "../check.ts";

/**
 * Makes one chain for each recogniser that is chosen, at any place of a chain, or has its address
 * set. The recogniser on this machine is checked with its models instead.
 */
export function recogniserSteps({ config, env }: Context): readonly (readonly CheckStep[])[] {
  const { settings } = config;
  const chosen = new Set<string>([
    ...parseEngineChain(settings.engine),
    ...ruleEngines(settings.engineRules),
  ]);
  const engines = engineSettings(settings, env);
  for (const name of enginesSetUp(engines)) chosen.add(name);
  return [...chosen]
    .filter((name) => name !== "local")
    .map((name): readonly CheckStep[] => [
      {
        check: name,
        group: name,
        tried: `ask the recogniser ${name}`,
        code: "UNREACHABLE",
        timeoutMs: 30_000,
        async run(signal) {
          if (name === "STUB") return warning("STUB invents text", "ASR_ENGINE=local");
          const { checkTranscriber } = await import("../asr/registry.ts");
          const { found, warning: doubt, hint } = await checkTranscriber(name, engines, signal);
          return doubt === undefined
            ? ok(found)
            : warning(`${found}: ${doubt}`, hint ?? "docs/engines.md");
        },
      },
    ]);
}
