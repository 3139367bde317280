import { RECOGNISER_ROWS, type RecogniserRows } from "../asr/registry.ts";
import { VAST_SETTINGS, type VastSettings } from "../backends/vast/settings.ts";
import { EMBEDDER_ROWS, type EmbedderRows } from "../embed/registry.ts";
import { ANSWER_SETTINGS, type AnswerSettings } from "./answer-settings.ts";
import { ENGINE_SETTINGS, type EngineSettings } from "./engine-settings.ts";
import { EVENT_SETTINGS, type EventSettings } from "./event-settings.ts";
import { INDEXING_SETTINGS, type IndexingSettings } from "./indexing-settings.ts";
import { LIBRARY_SETTINGS, type LibrarySettings } from "./library-settings.ts";
import { RESULT_SETTINGS, type ResultSettings } from "./result-settings.ts";
import { OBJECT_STORE_SETTINGS, type ObjectStoreSettings } from "./object-store-settings.ts";
import { SERVE_SETTINGS, type ServeSettings } from "./serve-settings.ts";
import { TRACE_SETTINGS, type TraceSettings } from "./trace-settings.ts";
import type { SettingTable } from "./setting.ts";

export interface Settings
  extends
    LibrarySettings,
    EngineSettings,
    EmbedderRows,
    RecogniserRows,
    IndexingSettings,
    ResultSettings,
    AnswerSettings,
    VastSettings,
    ObjectStoreSettings,
    EventSettings,
    ServeSettings,
    TraceSettings {}

export type SettingName = keyof Settings;

/**
 * Every setting in one place: command line, environment, files, help, docs and default all come
 * from here.
 */
export const SETTINGS: SettingTable<Settings> = {
  ...LIBRARY_SETTINGS,
  ...ENGINE_SETTINGS,
  ...EMBEDDER_ROWS,
  ...RECOGNISER_ROWS,
  ...INDEXING_SETTINGS,
  ...RESULT_SETTINGS,
  ...ANSWER_SETTINGS,
  ...VAST_SETTINGS,
  ...OBJECT_STORE_SETTINGS,
  ...EVENT_SETTINGS,
  ...SERVE_SETTINGS,
  ...TRACE_SETTINGS,
};
