import { availableParallelism, freemem } from "node:os";
import { join, resolve } from "node:path";
import envPaths from "env-paths";
import { MediasearchError } from "./errors.ts";
import type { CaptionsMode, EngineName } from "./types.ts";

export interface Settings {
  readonly backend: "local" | "vast";
  readonly store: string;
  readonly modelsDir: string | undefined;
  readonly modelCache: string;
  readonly engine: EngineName;
  readonly embeddingModel: string;
  readonly captions: CaptionsMode;
  readonly language: string | undefined;
  readonly jobs: number;
  readonly jobTimeoutMs: number;
  readonly maxAttempts: number;
  readonly baseRetryDelayMs: number;
  readonly maxRetryDelayMs: number;
  readonly workerMemoryMb: number;
  readonly retentionDays: number;
  readonly stableMs: number;
}

export type SettingName = keyof Settings;
export type SettingSource = "flag" | "environment" | "default";

export interface Config {
  readonly settings: Settings;
  readonly sources: Readonly<Record<SettingName, SettingSource>>;
}

export interface Environment {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

interface Setting<T> {
  /** Option name in the parsed flags, and on the command line as --kebab-case. */
  readonly flag?: string;
  readonly env: string;
  readonly help: string;
  readonly fallback: (at: Environment) => T;
  readonly fallbackText: string;
  readonly parse: (text: string, at: Environment) => T;
}

const oneOf =
  <T extends string>(...allowed: readonly T[]) =>
  (text: string): T => {
    const found = allowed.find((name) => name.toLowerCase() === text.toLowerCase());
    if (found === undefined) throw new Error(`must be one of ${allowed.join(", ")}`);
    return found;
  };

const integer =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text.trim()) || value < least || value > most)
      throw new Error(`must be a whole number from ${least} to ${most}`);
    return value;
  };

const language = (text: string): string => {
  try {
    return Intl.getCanonicalLocales(text)[0] ?? text;
  } catch {
    throw new Error('must be a language tag such as "en" or "pt-BR"');
  }
};

const path = (text: string, at: Environment): string => resolve(at.cwd, text);
const places = envPaths("mediasearch", { suffix: "" });

/** One recogniser needs about 600 MB at its peak, so memory bounds the default as well as cores. */
const defaultJobs = (): number =>
  Math.max(1, Math.min(availableParallelism(), Math.floor(freemem() / 800_000_000), 16));

/** Every setting in one place: command line, environment, help, docs and default all come from here. */
export const SETTINGS: { readonly [K in SettingName]: Setting<Settings[K]> } = {
  backend: {
    env: "BACKEND",
    help: "where the library lives: local, or vast (a VAST Data cluster, not there yet)",
    parse: oneOf("local", "vast"),
    fallback: () => "local",
    fallbackText: "local",
  },
  store: {
    flag: "store",
    env: "MEDIASEARCH_STORE",
    help: "path of the library file",
    parse: path,
    fallback: ({ env, cwd }) =>
      join(env["MEDIASEARCH_HOME"] ? resolve(cwd, env["MEDIASEARCH_HOME"]) : places.data, "library.sqlite"),
    fallbackText: "library.sqlite in MEDIASEARCH_HOME, or in the user's data folder",
  },
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
    fallback: () => join(places.cache, "models"),
    fallbackText: "models in the user's cache folder",
  },
  engine: {
    flag: "engine",
    env: "ASR_ENGINE",
    help: "speech recogniser: local, or STUB (marks its rows; for tests and demos)",
    parse: oneOf("local", "STUB"),
    fallback: () => "local",
    fallbackText: "local",
  },
  embeddingModel: {
    env: "EMBEDDING_MODEL",
    help: "embedding model",
    parse: oneOf("all-MiniLM-L6-v2"),
    fallback: () => "all-MiniLM-L6-v2",
    fallbackText: "all-MiniLM-L6-v2",
  },
  captions: {
    flag: "captions",
    env: "MEDIASEARCH_CAPTIONS",
    help: "prefer captions to recognition, use only captions, or ignore them",
    parse: oneOf("prefer", "only", "ignore"),
    fallback: () => "prefer",
    fallbackText: "prefer",
  },
  language: {
    flag: "language",
    env: "MEDIASEARCH_LANGUAGE",
    help: "language of the speech and of the captions to pick, such as en or pt-BR",
    parse: language,
    fallback: () => undefined,
    fallbackText: "none",
  },
  jobs: {
    flag: "jobs",
    env: "JOB_CONCURRENCY",
    help: "files worked on at once, each in a process of its own",
    parse: integer(1, 256),
    fallback: defaultJobs,
    fallbackText: "by cores and free memory",
  },
  jobTimeoutMs: {
    env: "JOB_TIMEOUT_MS",
    help: "give a file up when it makes no progress for so many milliseconds",
    parse: integer(100, 86_400_000),
    fallback: () => 600_000,
    fallbackText: "600000",
  },
  maxAttempts: {
    env: "MAX_RETRY_ATTEMPTS",
    help: "attempts at a file whose failure may pass (crash, time-out, disk)",
    parse: integer(1, 100),
    fallback: () => 5,
    fallbackText: "5",
  },
  baseRetryDelayMs: {
    env: "BASE_RETRY_DELAY_MS",
    help: "longest wait before the second attempt; doubled for each further one",
    parse: integer(0, 86_400_000),
    fallback: () => 1000,
    fallbackText: "1000",
  },
  maxRetryDelayMs: {
    env: "MAX_RETRY_DELAY_MS",
    help: "longest wait before any attempt",
    parse: integer(0, 86_400_000),
    fallback: () => 300_000,
    fallbackText: "300000",
  },
  workerMemoryMb: {
    env: "WORKER_MEMORY_MB",
    help: "give a file up when its worker needs more memory than so many megabytes",
    parse: integer(200, 1_000_000),
    fallback: () => 2000,
    fallbackText: "2000",
  },
  retentionDays: {
    env: "ARCHIVE_RETENTION_DAYS",
    help: "keep replaced transcripts and those of deleted files for so many days",
    parse: integer(0, 36_500),
    fallback: () => 30,
    fallbackText: "30",
  },
  stableMs: {
    env: "WATCH_STABLE_MS",
    help: "with --watch, leave a file until it has not changed for so many milliseconds",
    parse: integer(0, 3_600_000),
    fallback: () => 2000,
    fallbackText: "2000",
  },
};

/**
 * Flags win over the environment, that over defaults. Pure but for the machine's cores and memory.
 * @throws USAGE naming the flag or variable and what it may be.
 */
export function resolveConfig(flags: Readonly<Record<string, unknown>>, at: Environment): Config {
  const settings: Record<string, unknown> = {};
  const sources: Record<string, SettingSource> = {};
  for (const [name, setting] of Object.entries(SETTINGS) as [string, Setting<unknown>][]) {
    const flag = setting.flag === undefined ? undefined : flags[setting.flag];
    const text = typeof flag === "string" ? flag : at.env[setting.env] || undefined;
    const asWritten = typeof flag === "string" ? `--${setting.flag}` : setting.env;
    sources[name] = typeof flag === "string" ? "flag" : text === undefined ? "default" : "environment";
    try {
      settings[name] = text === undefined ? setting.fallback(at) : setting.parse(text, at);
    } catch (error) {
      throw new MediasearchError("USAGE", `${asWritten}: ${(error as Error).message}, not "${text}"`, {
        subject: asWritten,
        hint: `${asWritten}: ${setting.help}`,
      });
    }
  }
  return Object.freeze({ settings: Object.freeze(settings), sources: Object.freeze(sources) }) as unknown as Config;
}
