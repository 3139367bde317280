import type { OwnEmbedderSettings } from "../settings.ts";

/** Chosen by SEARCH_QUALITY=best: the bundled model and a second one. */
export const BEST_MODEL = "all-MiniLM-L6-v2+e5-small-v2";

export const BEST: OwnEmbedderSettings = {
  rows: {},
  own: () => ({}),
  isFor: ({ model }) => model === BEST_MODEL,
};
