import { commandWords } from "../../config/command-words.ts";
import {
  type Environment,
  parseInteger,
  parseChoice,
  serverAddress,
  trimmed,
} from "../../config/setting.ts";
import type { RecogniserSettings } from "../settings.ts";

export interface CustomSettings {
  /** The program and its arguments, with placeholders; empty when no command is set. */
  readonly command: readonly string[];
  readonly endpoint: string | undefined;
  readonly apiKey: string | undefined;
  readonly model: string | undefined;
  readonly maxSpeakers: number | undefined;
  /**
   * The time-out for one audio chunk. When it is undefined, 120 s hold, or four times the length of
   * the chunk if that is more.
   */
  readonly timeoutMs: number | undefined;
  /** The format of the answer; "auto" tells JSON, WebVTT and SubRip apart. */
  readonly format: "auto" | "json" | "srt" | "vtt" | "text";
  /** The length of the longest audio chunk that the recogniser gets. */
  readonly maxMs: number;
  /** The names of the environment variables that the command gets. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Users call it BYO ("bring your own"). Times are in seconds, as people write them. */
export interface CustomRows {
  readonly byoCommand: string | undefined;
  readonly byoEndpoint: string | undefined;
  readonly byoApiKey: string | undefined;
  readonly byoModel: string | undefined;
  readonly byoTimeout: number | undefined;
  readonly byoFormat: "auto" | "json" | "srt" | "vtt" | "text";
  readonly byoMaxSeconds: number;
  readonly byoEnv: string | undefined;
}

export const BYO: RecogniserSettings<CustomRows, CustomSettings> = {
  rows: {
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
      parse: serverAddress,
      fallback: () => undefined,
      fallbackText: "none",
    },
    byoApiKey: {
      env: "BYO_ASR_API_KEY",
      help: "key of that server",
      parse: trimmed,
      fallback: () => undefined,
      fallbackText: "none",
      isSecret: true,
    },
    byoModel: {
      env: "BYO_ASR_MODEL",
      help: "model that your own command or server should use",
      parse: trimmed,
      fallback: () => undefined,
      fallbackText: "its own choice",
    },
    byoTimeout: {
      env: "BYO_ASR_TIMEOUT",
      help: "seconds that your own recogniser may take for one piece of audio",
      parse: parseInteger(1, 86_400),
      fallback: () => undefined,
      fallbackText: "120, or four times the length of the piece",
      inProjectFile: "always",
      mostInProjectFile: () => 3600,
    },
    byoFormat: {
      env: "BYO_ASR_FORMAT",
      help: "format that your own recogniser answers: json, srt, vtt, text, or auto (detects all but text)",
      parse: parseChoice("auto", "json", "srt", "vtt", "text"),
      fallback: () => "auto",
      fallbackText: "auto",
      inProjectFile: "always",
    },
    byoMaxSeconds: {
      env: "BYO_ASR_MAX_SECONDS",
      help: "longest piece of audio that your own recogniser gets, in seconds",
      parse: parseInteger(10, 3600),
      fallback: () => 120,
      fallbackText: "120",
      inProjectFile: "always",
    },
    byoEnv: {
      env: "BYO_ASR_ENV",
      help: "names of further variables for your own command, such as HF_TOKEN; separated by commas",
      parse: trimmed,
      fallback: () => undefined,
      fallbackText: "none",
    },
  },
  own: (values, env) => ({
    command: values.byoCommand === undefined ? [] : commandWords(values.byoCommand),
    endpoint: values.byoEndpoint,
    apiKey: values.byoApiKey,
    model: values.byoModel,
    maxSpeakers: values.maxSpeakers,
    timeoutMs: values.byoTimeout === undefined ? undefined : values.byoTimeout * 1000,
    format: values.byoFormat,
    maxMs: values.byoMaxSeconds * 1000,
    environment: commandEnvironment(env, values.byoEnv),
  }),
  isSetUp: ({ command, endpoint }) => command.length > 0 || endpoint !== undefined,
};

/**
 * Programs need these to run and to find their models. None of them holds a key; a key goes to the
 * command only when the user names it.
 */
const PASSED = new RegExp(
  "^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_.*|TZ|TMPDIR|TEMP|TMP|XDG_.*_(?:HOME|DIR)|LD_LIBRARY_PATH|DYLD_.*|PYTHON(?:PATH|HOME|IOENCODING|UTF8)|VIRTUAL_ENV|CONDA_PREFIX|" +
    "(?:CUDA|NVIDIA|ROCR|HIP)_VISIBLE_DEVICES|CUDA_HOME|(?:OMP|MKL)_NUM_THREADS|HF_HOME|HF_HUB_OFFLINE|TORCH_HOME|SYSTEMROOT|SYSTEMDRIVE|WINDIR|PATHEXT|COMSPEC|APPDATA|LOCALAPPDATA|USERPROFILE|PROGRAMFILES.*)$",
  "i",
);

function commandEnvironment(
  env: Environment["env"],
  more: string | undefined,
): Record<string, string> {
  const named = new Set((more ?? "").split(/[\s,]+/));
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && (PASSED.test(entry[0]) || named.has(entry[0])),
    ),
  );
}
