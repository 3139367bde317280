import { join } from "node:path";
import type { CaptionsMode } from "../types.ts";
import { engineChain, engineRules, formatRules } from "./engine-rules.ts";
import { cacheFolder } from "./folders.ts";
import { language, parseChoice, path, type SettingTable } from "./setting.ts";

export interface EngineSettings {
  readonly modelsDir: string | undefined;
  readonly modelCache: string;
  /** One recogniser, or several to try in order, separated by commas. */
  readonly engine: string;
  readonly engineRules: string | undefined;
  readonly captions: CaptionsMode;
  readonly captionsEncoding: string | undefined;
  readonly language: string | undefined;
}

/**
 * Whether there is a code page of this name shows when captions are decoded: every command reads
 * settings.
 */
function codePage(text: string): string {
  const name = text.trim().toLowerCase();
  if (!/^[a-z0-9][a-z0-9:_-]{1,30}$/.test(name))
    throw new Error("must be a name such as windows-1251");
  return name;
}

export const ENGINE_SETTINGS: SettingTable<EngineSettings> = {
  modelsDir: {
    env: "MEDIASEARCH_MODELS",
    help: "a folder of model files of your own, for machines without a network",
    parse: path,
    fallback: () => undefined,
    fallbackText: "none",
  },
  modelCache: {
    env: "MEDIASEARCH_CACHE",
    help: "where downloaded models are kept",
    parse: path,
    fallback: () => join(cacheFolder(), "models"),
    fallbackText: "models in the user's cache folder",
  },
  engine: {
    flag: "engine",
    env: "ASR_ENGINE",
    help: "speech recogniser, or several to try in order, separated by commas: local, NVIDIA_NIMS, WHISPER (servers), BYO (your own), SHERPA (a model of yours), or STUB (marks its rows; for tests and demos)",
    parse: engineChain,
    fallback: () => "local",
    fallbackText: "local",
  },
  engineRules: {
    env: "ASR_ENGINE_RULES",
    help: "other recognisers for a language or for files, such as de=WHISPER; interviews/=NVIDIA_NIMS,local (the first that fits counts; --engine wins)",
    parse: (text, { cwd }) => formatRules(engineRules(text, cwd)),
    fallback: () => undefined,
    fallbackText: "none",
    isMap: true,
  },
  captions: {
    flag: "captions",
    env: "MEDIASEARCH_CAPTIONS",
    help: "prefer captions to recognition, use only captions, or ignore them",
    parse: parseChoice("prefer", "only", "ignore"),
    fallback: () => "prefer",
    fallbackText: "prefer",
    inProjectFile: "always",
  },
  captionsEncoding: {
    flag: "captionsEncoding",
    env: "MEDIASEARCH_CAPTIONS_ENCODING",
    help: "code page of captions that are not Unicode, such as windows-1251 or cp850; guessed otherwise",
    parse: codePage,
    fallback: () => undefined,
    fallbackText: "by the language in the name, else by the bytes",
    inProjectFile: "always",
  },
  language: {
    flag: "language",
    env: "MEDIASEARCH_LANGUAGE",
    help: "language of the speech and of the captions to pick, such as en or pt-BR",
    parse: language,
    fallback: () => undefined,
    fallbackText: "none",
    inProjectFile: "always",
  },
};
