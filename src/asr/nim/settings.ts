import { parseInteger, path, serverAddress, trimmed } from "../../config/setting.ts";
import type { RecogniserSettings } from "../settings.ts";

export interface NimSettings {
  readonly endpoint: string | undefined;
  readonly apiKey: string | undefined;
  /** The id of a function that NVIDIA hosts. */
  readonly functionId: string | undefined;
  /** The language as Riva writes it, such as en-US or multi. */
  readonly language: string | undefined;
  readonly model: string | undefined;
  readonly maxSpeakers: number | undefined;
  /** The path of a file of certificates in PEM. */
  readonly tlsCa: string | undefined;
  /** When it is undefined, 60 s and the length of the audio hold. */
  readonly timeoutMs: number | undefined;
}

/** Times are in seconds, as people write them. */
export interface NimRows {
  readonly nimEndpoint: string | undefined;
  readonly nimApiKey: string | undefined;
  readonly nimFunctionId: string | undefined;
  readonly nimLanguage: string | undefined;
  readonly nimModel: string | undefined;
  readonly nimMaxSpeakers: number | undefined;
  readonly nimTlsCa: string | undefined;
  readonly nimTimeout: number | undefined;
}

export const NVIDIA_NIMS: RecogniserSettings<NimRows, NimSettings> = {
  rows: {
    nimEndpoint: {
      env: "NVIDIA_NIMS_ENDPOINT",
      help: "address of a speech NIM: HOST:50051 or grpcs://HOST for gRPC; http://HOST:9000 gives text without times",
      parse: serverAddress,
      fallback: () => undefined,
      fallbackText: "none",
    },
    nimApiKey: {
      env: "NVIDIA_NIMS_API_KEY",
      help: "key of that server",
      parse: trimmed,
      fallback: () => undefined,
      fallbackText: "none",
      isSecret: true,
    },
    nimFunctionId: {
      env: "NVIDIA_NIMS_FUNCTION_ID",
      help: "id of the function of a model that NVIDIA hosts; NVIDIA changes them",
      parse: trimmed,
      fallback: () => undefined,
      fallbackText: "none",
    },
    nimLanguage: {
      env: "NVIDIA_NIMS_LANGUAGE",
      help: "language as the server writes it, such as en-US, or multi; --language wins",
      parse: trimmed,
      fallback: () => undefined,
      fallbackText: "the first of the server's model, else en-US",
    },
    nimModel: {
      env: "NVIDIA_NIMS_MODEL",
      help: "model of that server",
      parse: trimmed,
      fallback: () => undefined,
      fallbackText: "its own choice",
    },
    nimMaxSpeakers: {
      env: "NVIDIA_NIMS_MAX_SPEAKERS",
      help: "largest number of speakers",
      parse: parseInteger(1, 100),
      fallback: () => undefined,
      fallbackText: "ASR_MAX_SPEAKERS, else 8",
      inProjectFile: "always",
    },
    nimTlsCa: {
      env: "NVIDIA_NIMS_TLS_CA",
      help: "certificates (PEM) of the authority that signed the server's certificate; turns TLS on",
      parse: path,
      fallback: () => undefined,
      fallbackText: "the authorities that Node trusts",
    },
    nimTimeout: {
      env: "NVIDIA_NIMS_TIMEOUT",
      help: "seconds that a request of up to two minutes of audio may take",
      parse: parseInteger(1, 86_400),
      fallback: () => undefined,
      fallbackText: "60, and the length of the audio",
      inProjectFile: "always",
      mostInProjectFile: () => 3600,
    },
  },
  own: (values) => ({
    endpoint: values.nimEndpoint,
    apiKey: values.nimApiKey,
    functionId: values.nimFunctionId,
    language: values.nimLanguage,
    model: values.nimModel,
    maxSpeakers: values.nimMaxSpeakers ?? values.maxSpeakers,
    tlsCa: values.nimTlsCa,
    timeoutMs: values.nimTimeout === undefined ? undefined : values.nimTimeout * 1000,
  }),
  isSetUp: ({ endpoint }) => endpoint !== undefined,
};
