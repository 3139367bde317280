import type { OwnEmbedderSettings } from "../settings.ts";

/** A folder is known by how it is written. It has no settings of its own. */
export const ONNX: OwnEmbedderSettings = {
  rows: {},
  own: () => ({}),
  isFor: ({ model }) => /^[./~]|[/\\]$/.test(model) || /^[A-Za-z]:\\/.test(model),
};
