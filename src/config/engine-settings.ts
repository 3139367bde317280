import { join } from "node:path";
import { type CaptionsMode, type EngineName, ENGINES } from "../types.ts";
import { cacheFolder } from "./library-settings.ts";
import { language, oneOf, path, type Table } from "./setting.ts";

export interface EngineSettings {
  readonly modelsDir: string | undefined;
  readonly modelCache: string;
  readonly engine: EngineName;
  readonly captions: CaptionsMode;
  readonly language: string | undefined;
}

export const ENGINE_SETTINGS: Table<EngineSettings> = {
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
    help: "speech recogniser: local, NVIDIA_NIMS, WHISPER (servers), BYO (your own), or STUB (marks its rows; for tests and demos)",
    parse: oneOf(...ENGINES),
    fallback: () => "local",
    fallbackText: "local",
  },
  captions: {
    flag: "captions",
    env: "MEDIASEARCH_CAPTIONS",
    help: "prefer captions to recognition, use only captions, or ignore them",
    parse: oneOf("prefer", "only", "ignore"),
    fallback: () => "prefer",
    fallbackText: "prefer",
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
