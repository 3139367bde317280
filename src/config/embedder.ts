import type { EmbedderSettings } from "../embed/settings.ts";
import type { Settings } from "./settings.ts";

const MAX_ATTEMPTS = 5;
const MAX_DELAY_MS = 30_000;

/** The settings of the embedder, as it wants them. */
export const embedderSettings = (settings: Settings): EmbedderSettings => ({
  model: settings.embeddingModel,
  endpoint: settings.embeddingEndpoint,
  api: settings.embeddingApi,
  apiKey: settings.embeddingApiKey,
  dimensions: settings.embeddingDimension,
  maxTokens: settings.embeddingMaxTokens,
  queryPrefix: settings.embeddingQueryPrefix,
  passagePrefix: settings.embeddingPassagePrefix,
  attempts: Math.min(MAX_ATTEMPTS, settings.maxAttempts),
  baseDelayMs: settings.baseRetryDelayMs,
  maxDelayMs: Math.min(MAX_DELAY_MS, settings.maxRetryDelayMs),
});
