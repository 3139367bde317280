import { join } from "node:path";
import { dataFolder } from "./folders.ts";
import { parseInteger, parseChoice, path, type SettingTable } from "./setting.ts";

export interface LibrarySettings {
  readonly backend: "local" | "vast";
  readonly home: string;
  readonly store: string;
  readonly retentionDays: number;
}

export const LIBRARY_SETTINGS: SettingTable<LibrarySettings> = {
  backend: {
    env: "BACKEND",
    help: "where the library lives: local, or vast (a VAST Data cluster, see docs/vast.md)",
    parse: parseChoice("local", "vast"),
    fallback: () => "local",
    fallbackText: "local",
  },
  home: {
    env: "MEDIASEARCH_HOME",
    help: "folder of the library",
    parse: path,
    fallback: dataFolder,
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
    help: "days to keep replaced transcripts and those of deleted files",
    parse: parseInteger(0, 36_500),
    fallback: () => 30,
    fallbackText: "30",
  },
};
