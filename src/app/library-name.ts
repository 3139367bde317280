import { vastLibraryUrl as vastLibraryName } from "../backends/vast/settings.ts";
import type { Settings } from "../config/settings.ts";

/** What people call the library: its file, or its place in a cluster. */
export const libraryName = (settings: Settings): string =>
  settings.backend === "vast" ? vastLibraryName(settings) : settings.store;
