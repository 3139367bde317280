import { commandWords } from "./command-words.ts";
import { integer, oneOf, path, type Table, yesNo } from "./setting.ts";

/** Recognisers outside this process: where they are and how they are asked. Times in seconds where people write them. */
export interface RecogniserSettings {
  readonly diarization: boolean | undefined;
  readonly asrRequests: number;
  readonly maxSpeakers: number | undefined;
  readonly whisperEndpoint: string | undefined;
  readonly whisperModel: string;
  readonly whisperApiKey: string | undefined;
  readonly whisperApi: "auto" | "openai" | "whisper.cpp";
  readonly whisperTimeout: number;
  readonly nimEndpoint: string | undefined;
  readonly nimApiKey: string | undefined;
  readonly nimFunctionId: string | undefined;
  readonly nimLanguage: string | undefined;
  readonly nimModel: string | undefined;
  readonly nimMaxSpeakers: number | undefined;
  readonly nimTlsCa: string | undefined;
  readonly nimTimeout: number | undefined;
  readonly byoCommand: string | undefined;
  readonly byoEndpoint: string | undefined;
  readonly byoApiKey: string | undefined;
  readonly byoModel: string | undefined;
  readonly byoTimeout: number | undefined;
  readonly byoFormat: "auto" | "json" | "srt" | "vtt" | "text";
  readonly byoMaxSeconds: number;
  readonly byoEnv: string | undefined;
}

/** A server's address as people write it: `host:port` too. Keys in it would end up in logs, so it may have none. */
export function server(text: string): string {
  const trimmed = text.trim().replace(/\/+$/, "");
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`);
  if (!url || url.hostname === "")
    throw new Error("must be the address of a server, such as http://127.0.0.1:8080");
  if (
    url.username !== "" ||
    url.password !== "" ||
    /[?&][^=]*(?:key|token|sig|secret)[^=]*=/i.test(url.search)
  )
    throw new Error("must have no key or password in it; keys have settings of their own");
  return trimmed;
}

const text = (value: string): string => value.trim();

export const RECOGNISER_SETTINGS: Table<RecogniserSettings> = {
  diarization: {
    env: "ASR_DIARIZATION",
    help: "whether recognisers that can tell speakers apart shall do so",
    parse: yesNo,
    fallback: () => undefined,
    fallbackText: "where it can be had",
    inProjectFile: "always",
  },
  asrRequests: {
    env: "ASR_REQUESTS",
    help: "requests at once for one file, to recognisers on a server",
    parse: integer(1, 64),
    fallback: () => 2,
    fallbackText: "2",
    inProjectFile: "always",
  },
  maxSpeakers: {
    env: "ASR_MAX_SPEAKERS",
    help: "most speakers that a recogniser shall tell apart",
    parse: integer(1, 100),
    fallback: () => undefined,
    fallbackText: "its own choice",
    inProjectFile: "always",
  },
  whisperEndpoint: {
    env: "WHISPER_ENDPOINT",
    help: "address of a server with OpenAI's transcription API, or of whisper.cpp's server",
    parse: server,
    fallback: () => undefined,
    fallbackText: "none",
  },
  whisperModel: {
    env: "WHISPER_MODEL",
    help: "model that the server is asked for (whisper.cpp's has one only)",
    parse: text,
    fallback: () => "base",
    fallbackText: "base",
  },
  whisperApiKey: {
    env: "WHISPER_API_KEY",
    help: "key of that server",
    parse: text,
    fallback: () => undefined,
    fallbackText: "none",
    isSecret: true,
  },
  whisperApi: {
    env: "WHISPER_API",
    help: "what kind of server it is: openai, whisper.cpp, or auto (it is asked)",
    parse: oneOf("auto", "openai", "whisper.cpp"),
    fallback: () => "auto",
    fallbackText: "auto",
  },
  whisperTimeout: {
    env: "WHISPER_TIMEOUT",
    help: "seconds that a request of up to two minutes of audio may take",
    parse: integer(1, 86_400),
    fallback: () => 1800,
    fallbackText: "1800",
    inProjectFile: "always",
  },
  nimEndpoint: {
    env: "NVIDIA_NIMS_ENDPOINT",
    help: "address of a speech NIM: HOST:50051 or grpcs://HOST for gRPC; http://HOST:9000 gives text without times",
    parse: server,
    fallback: () => undefined,
    fallbackText: "none",
  },
  nimApiKey: {
    env: "NVIDIA_NIMS_API_KEY",
    help: "key of that server",
    parse: text,
    fallback: () => undefined,
    fallbackText: "none",
    isSecret: true,
  },
  nimFunctionId: {
    env: "NVIDIA_NIMS_FUNCTION_ID",
    help: "id of the function of a model that NVIDIA hosts; they change",
    parse: text,
    fallback: () => undefined,
    fallbackText: "none",
  },
  nimLanguage: {
    env: "NVIDIA_NIMS_LANGUAGE",
    help: "language as the server writes it, such as en-US, or multi; --language counts for more",
    parse: text,
    fallback: () => undefined,
    fallbackText: "the first of the server's model, else en-US",
  },
  nimModel: {
    env: "NVIDIA_NIMS_MODEL",
    help: "model of that server",
    parse: text,
    fallback: () => undefined,
    fallbackText: "its own choice",
  },
  nimMaxSpeakers: {
    env: "NVIDIA_NIMS_MAX_SPEAKERS",
    help: "most speakers that it shall tell apart",
    parse: integer(1, 100),
    fallback: () => undefined,
    fallbackText: "ASR_MAX_SPEAKERS, else 8",
    inProjectFile: "always",
  },
  nimTlsCa: {
    env: "NVIDIA_NIMS_TLS_CA",
    help: "certificates (PEM) of the authority that signed the server's own; means TLS",
    parse: path,
    fallback: () => undefined,
    fallbackText: "the authorities that Node trusts",
  },
  nimTimeout: {
    env: "NVIDIA_NIMS_TIMEOUT",
    help: "seconds that a request of up to two minutes of audio may take",
    parse: integer(1, 86_400),
    fallback: () => undefined,
    fallbackText: "60, and the length of the audio",
    inProjectFile: "always",
  },
  byoCommand: {
    env: "BYO_ASR_COMMAND",
    help: "a recogniser of your own: words as in a shell or a JSON list, with {input}, {output}, {language}, {model}; run without a shell",
    parse: (command) => {
      commandWords(command);
      return command.trim();
    },
    fallback: () => undefined,
    fallbackText: "none",
    mayHoldKeys: true,
  },
  byoEndpoint: {
    env: "BYO_ASR_ENDPOINT",
    help: "a server of your own that keeps the HTTP contract of docs/engines.md",
    parse: server,
    fallback: () => undefined,
    fallbackText: "none",
  },
  byoApiKey: {
    env: "BYO_ASR_API_KEY",
    help: "key of that server",
    parse: text,
    fallback: () => undefined,
    fallbackText: "none",
    isSecret: true,
  },
  byoModel: {
    env: "BYO_ASR_MODEL",
    help: "model that the command or server of your own is asked for",
    parse: text,
    fallback: () => undefined,
    fallbackText: "its own choice",
  },
  byoTimeout: {
    env: "BYO_ASR_TIMEOUT",
    help: "seconds that your own recogniser may take for one piece of audio",
    parse: integer(1, 86_400),
    fallback: () => undefined,
    fallbackText: "120, or four times the length of the piece",
    inProjectFile: "always",
  },
  byoFormat: {
    env: "BYO_ASR_FORMAT",
    help: "what your own recogniser answers: json, srt, vtt, text, or auto (told apart, but for text)",
    parse: oneOf("auto", "json", "srt", "vtt", "text"),
    fallback: () => "auto",
    fallbackText: "auto",
    inProjectFile: "always",
  },
  byoMaxSeconds: {
    env: "BYO_ASR_MAX_SECONDS",
    help: "longest piece of audio that your own recogniser gets, in seconds",
    parse: integer(10, 3600),
    fallback: () => 120,
    fallbackText: "120",
    inProjectFile: "always",
  },
  byoEnv: {
    env: "BYO_ASR_ENV",
    help: "names of further variables that your own command gets, such as HF_TOKEN; parted by commas",
    parse: text,
    fallback: () => undefined,
    fallbackText: "none",
  },
};
