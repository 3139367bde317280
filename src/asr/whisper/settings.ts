import { parseInteger, parseChoice, serverAddress, trimmed } from "../../config/setting.ts";
import type { RecogniserSettings } from "../settings.ts";

export interface WhisperSettings {
  readonly endpoint: string | undefined;
  readonly model: string;
  readonly apiKey: string | undefined;
  /** The kind of server at the address; "auto" asks the server. */
  readonly api: "auto" | "openai" | "whisper.cpp";
  readonly timeoutMs: number;
}

/** Times are in seconds, as people write them. */
export interface WhisperRows {
  readonly whisperEndpoint: string | undefined;
  readonly whisperModel: string;
  readonly whisperApiKey: string | undefined;
  readonly whisperApi: "auto" | "openai" | "whisper.cpp";
  readonly whisperTimeout: number;
}

export const WHISPER: RecogniserSettings<WhisperRows, WhisperSettings> = {
  rows: {
    whisperEndpoint: {
      env: "WHISPER_ENDPOINT",
      help: "address of a server with OpenAI's transcription API, or of whisper.cpp's server",
      parse: serverAddress,
      fallback: () => undefined,
      fallbackText: "none",
    },
    whisperModel: {
      env: "WHISPER_MODEL",
      help: "model that the server should use (whisper.cpp has only one)",
      parse: trimmed,
      fallback: () => "base",
      fallbackText: "base",
    },
    whisperApiKey: {
      env: "WHISPER_API_KEY",
      help: "key of that server",
      parse: trimmed,
      fallback: () => undefined,
      fallbackText: "none",
      isSecret: true,
    },
    whisperApi: {
      env: "WHISPER_API",
      help: "kind of server: openai, whisper.cpp, or auto (found out by its answers)",
      parse: parseChoice("auto", "openai", "whisper.cpp"),
      fallback: () => "auto",
      fallbackText: "auto",
    },
    whisperTimeout: {
      env: "WHISPER_TIMEOUT",
      help: "seconds that a request of up to two minutes of audio may take",
      parse: parseInteger(1, 86_400),
      fallback: () => 1800,
      fallbackText: "1800",
      inProjectFile: "always",
      mostInProjectFile: () => 3600,
    },
  },
  own: (values) => ({
    endpoint: values.whisperEndpoint,
    model: values.whisperModel,
    apiKey: values.whisperApiKey,
    api: values.whisperApi,
    timeoutMs: values.whisperTimeout * 1000,
  }),
  isSetUp: ({ endpoint }) => endpoint !== undefined,
};
