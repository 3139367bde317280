import type { EngineSettings } from "../asr/settings.ts";
import type { Settings } from "./settings.ts";

/** More often in a row a piece of audio is not tried: the file's own attempts come on top. */
const MOST_ATTEMPTS = 5;
const LONGEST_DELAY_MS = 30_000;

/** The settings of recognisers outside this process, as these want them. */
export function engineSettings(settings: Settings): EngineSettings {
  return {
    requests: {
      diarization: settings.diarization,
      concurrency: settings.asrRequests,
      attempts: Math.min(MOST_ATTEMPTS, settings.maxAttempts),
      baseDelayMs: settings.baseRetryDelayMs,
      maxDelayMs: Math.min(LONGEST_DELAY_MS, settings.maxRetryDelayMs),
    },
    whisper: {
      endpoint: settings.whisperEndpoint,
      model: settings.whisperModel,
      apiKey: settings.whisperApiKey,
      api: settings.whisperApi,
      timeoutMs: settings.whisperTimeout * 1000,
    },
  };
}
