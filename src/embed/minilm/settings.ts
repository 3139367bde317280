import type { OwnEmbedderSettings } from "../settings.ts";

export const MODEL = "all-MiniLM-L6-v2";

/** The bundled model has no settings of its own. */
export const MINILM: OwnEmbedderSettings = {
  rows: {},
  own: () => ({}),
  isFor: ({ model }) => model === MODEL,
};
