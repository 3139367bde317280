import { join, resolve } from "node:path";
import envPaths from "env-paths";
import { integer, oneOf, path, type Environment, type Table } from "./setting.ts";

export interface LibrarySettings {
  readonly backend: "local" | "vast";
  readonly home: string;
  readonly store: string;
  readonly retentionDays: number;
}

/** The user's own folders, by XDG on Linux; what the system gives on others. */
const places = envPaths("mediasearch", { suffix: "" });
export const cacheFolder = (): string => places.cache;
export const configFolder = ({ env, cwd }: Environment): string =>
  env["XDG_CONFIG_HOME"]
    ? join(resolve(cwd, env["XDG_CONFIG_HOME"]), "mediasearch")
    : places.config;

export const LIBRARY_SETTINGS: Table<LibrarySettings> = {
  backend: {
    env: "BACKEND",
    help: "where the library lives: local, or vast (a VAST Data cluster, see docs/vast.md)",
    parse: oneOf("local", "vast"),
    fallback: () => "local",
    fallbackText: "local",
  },
  home: {
    env: "MEDIASEARCH_HOME",
    help: "folder of the library",
    parse: path,
    fallback: () => places.data,
    fallbackText: "the user's data folder",
    inProjectFile: "inside",
  },
  store: {
    flag: "store",
    env: "MEDIASEARCH_STORE",
    help: "path of the library file",
    parse: path,
    fallback: (_at, { home }) => join(home, "library.sqlite"),
    fallbackText: "library.sqlite in MEDIASEARCH_HOME",
    inProjectFile: "inside",
  },
  retentionDays: {
    env: "ARCHIVE_RETENTION_DAYS",
    help: "keep replaced transcripts and those of deleted files for so many days",
    parse: integer(0, 36_500),
    fallback: () => 30,
    fallbackText: "30",
  },
};
