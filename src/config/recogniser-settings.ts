import { integer, oneOf, type Table, yesNo } from "./setting.ts";

/** Recognisers outside this process: where they are and how they are asked. Times in seconds where people write them. */
export interface RecogniserSettings {
  readonly diarization: boolean | undefined;
  readonly asrRequests: number;
  readonly whisperEndpoint: string | undefined;
  readonly whisperModel: string;
  readonly whisperApiKey: string | undefined;
  readonly whisperApi: "auto" | "openai" | "whisper.cpp";
  readonly whisperTimeout: number;
}

/** A server's address as people write it: `host:port` too. Keys in it would end up in logs, so it may have none. */
function server(text: string): string {
  const trimmed = text.trim().replace(/\/+$/, "");
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`);
  if (!url || url.hostname === "") throw new Error("must be the address of a server, such as http://127.0.0.1:8080");
  if (url.username !== "" || url.password !== "" || /[?&][^=]*(?:key|token|sig|secret)[^=]*=/i.test(url.search))
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
};
