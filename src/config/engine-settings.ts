import { join } from "node:path";
import type { ChannelsMode } from "../selection.ts";
import type { CaptionsMode } from "../types.ts";
import { engineChain, engineRules, formatRules } from "./engine-rules.ts";
import { cacheFolder } from "./folders.ts";
import { language, parseChoice, path, type SettingTable } from "./setting.ts";
import { formatTrackRules, trackName, trackRules } from "./track-rules.ts";

export interface EngineSettings {
  readonly modelsDir: string | undefined;
  readonly modelCache: string;
  /** One recogniser, or several to try in order, separated by commas. */
  readonly engine: string;
  readonly engineRules: string | undefined;
  readonly captions: CaptionsMode;
  readonly captionsEncoding: string | undefined;
  readonly language: string | undefined;
  readonly audioTrack: string | undefined;
  readonly subtitleTrack: string | undefined;
  readonly channels: ChannelsMode | undefined;
  readonly trackRules: string | undefined;
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
  audioTrack: {
    flag: "audioTrack",
    env: "MEDIASEARCH_AUDIO_TRACK",
    help: "sound track to recognise: its number, language or title, or auto",
    parse: trackName,
    fallback: () => undefined,
    fallbackText: "the one that a player would choose; what was chosen for a file before stays",
    inProjectFile: "always",
  },
  subtitleTrack: {
    flag: "subtitleTrack",
    env: "MEDIASEARCH_SUBTITLE_TRACK",
    help: "subtitle track to read: its number, language or title, or auto",
    parse: trackName,
    fallback: () => undefined,
    fallbackText: "the one that a player would choose; what was chosen for a file before stays",
    inProjectFile: "always",
  },
  channels: {
    flag: "channels",
    env: "MEDIASEARCH_CHANNELS",
    help: "channels of the sound: mix them, recognise each by itself (separate; each is a speaker), or auto",
    parse: parseChoice("auto", "mix", "separate"),
    fallback: () => undefined,
    fallbackText: "auto: separate where two people have a channel each",
    inProjectFile: "always",
  },
  trackRules: {
    env: "MEDIASEARCH_TRACK_RULES",
    help: "tracks and channels for folders or files, such as films/=audio de, subtitle 2; calls/=channels separate (the first that fits counts; flags win)",
    parse: (text, { cwd }) => formatTrackRules(trackRules(text, cwd)),
    fallback: () => undefined,
    fallbackText: "none",
    isMap: true,
    inProjectFile: "always",
  },
};
