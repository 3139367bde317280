import { type EngineChain, formatEngineChain } from "../engine-chain.ts";
import { toLocation } from "../location.ts";
import { ENGINES } from "../asr/registry.ts";
import { parseChoice } from "./setting.ts";

/** Recognisers to try in order for a language, or for files that a pattern names. */
export interface EngineRule {
  /** A BCP 47 tag; null when `files` says for which. */
  readonly language: string | null;
  readonly files: string | null;
  readonly engines: EngineChain;
}

/** As users write it, names in any case; @returns the text of the setting. */
export const engineChain = (text: string): string => formatEngineChain(readEngineChain(text));

function readEngineChain(text: string): EngineChain {
  const names = text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "")
    .map(parseChoice(...ENGINES));
  if (names.length === 0)
    throw new Error(`must be one of ${ENGINES.join(", ")}, or some of them parted by commas`);
  return [...new Set(names)];
}

const LANGUAGE_TAG = /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/;

/**
 * `de=WHISPER; interviews/=NVIDIA_NIMS,local`: what is no language tag names files. Paths start at
 * `cwd`. The first rule that fits counts.
 */
export function engineRules(text: string, cwd: string): readonly EngineRule[] {
  return text
    .split(/[;\n]/)
    .map((rule) => rule.trim())
    .filter((rule) => rule !== "")
    .map((rule) => {
      const equals = rule.lastIndexOf("=");
      const key = rule.slice(0, equals).trim();
      if (equals < 1 || key === "")
        throw new Error("must be rules such as de=WHISPER; interviews/=NVIDIA_NIMS,local");
      const engines = readEngineChain(rule.slice(equals + 1));
      if (LANGUAGE_TAG.test(key)) return { language: key, files: null, engines };
      return {
        language: null,
        files: key.includes("/") || key === "." ? toLocation(key, cwd) : key,
        engines,
      };
    });
}

/** Every recogniser that the rules of the settings name. */
export const ruleEngines = (rules: string | undefined): EngineChain =>
  engineRules(rules ?? "", "/").flatMap(({ engines }) => engines);

export const formatRules = (rules: readonly EngineRule[]): string =>
  rules
    .map(({ language, files, engines }) => `${language ?? files}=${formatEngineChain(engines)}`)
    .join("; ");
