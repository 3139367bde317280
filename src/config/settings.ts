import { VAST_SETTINGS, type VastSettings } from "../backends/vast/settings.ts";
import { EMBEDDING_SETTINGS, type EmbeddingSettings } from "./embedder-settings.ts";
import { ENGINE_SETTINGS, type EngineSettings } from "./engine-settings.ts";
import { INDEXING_SETTINGS, type IndexingSettings } from "./indexing-settings.ts";
import { LIBRARY_SETTINGS, type LibrarySettings } from "./library-settings.ts";
import { RECOGNISER_SETTINGS, type RecogniserSettings } from "./recogniser-settings.ts";
import { RESULT_SETTINGS, type ResultSettings } from "./result-settings.ts";
import { OBJECT_STORE_SETTINGS, type ObjectStoreSettings } from "./object-store-settings.ts";
import type { Table } from "./setting.ts";
import { SHERPA_SETTINGS, type SherpaModelSettings } from "./sherpa-settings.ts";

export interface Settings
  extends
    LibrarySettings,
    EngineSettings,
    EmbeddingSettings,
    RecogniserSettings,
    SherpaModelSettings,
    IndexingSettings,
    ResultSettings,
    VastSettings,
    ObjectStoreSettings {}

export type SettingName = keyof Settings;

/** Every setting in one place: command line, environment, files, help, docs and default all come from here. */
export const SETTINGS: Table<Settings> = {
  ...LIBRARY_SETTINGS,
  ...ENGINE_SETTINGS,
  ...EMBEDDING_SETTINGS,
  ...RECOGNISER_SETTINGS,
  ...SHERPA_SETTINGS,
  ...INDEXING_SETTINGS,
  ...RESULT_SETTINGS,
  ...VAST_SETTINGS,
  ...OBJECT_STORE_SETTINGS,
};
