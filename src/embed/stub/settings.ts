import type { OwnEmbedderSettings } from "../settings.ts";

/** Made-up vectors, for tests of a set-up: no model is loaded and no server asked. */
export const STUB: OwnEmbedderSettings = {
  rows: {},
  own: () => ({}),
  isFor: ({ model }) => model.toLowerCase() === "stub",
};
