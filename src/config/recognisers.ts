import type { EngineSettings } from "../asr/settings.ts";
import { commandWords } from "./command-words.ts";
import type { Environment } from "./setting.ts";
import type { Settings } from "./settings.ts";

/** More often in a row a piece of audio is not tried: the file's own attempts come on top. */
const MAX_ATTEMPTS = 5;
const MAX_DELAY_MS = 30_000;

/** The settings of recognisers outside this process, as these want them. */
export function engineSettings(settings: Settings, env: Environment["env"]): EngineSettings {
  return {
    requests: {
      diarization: settings.diarization,
      concurrency: settings.asrRequests,
      attempts: Math.min(MAX_ATTEMPTS, settings.maxAttempts),
      baseDelayMs: settings.baseRetryDelayMs,
      maxDelayMs: Math.min(MAX_DELAY_MS, settings.maxRetryDelayMs),
    },
    whisper: {
      endpoint: settings.whisperEndpoint,
      model: settings.whisperModel,
      apiKey: settings.whisperApiKey,
      api: settings.whisperApi,
      timeoutMs: settings.whisperTimeout * 1000,
    },
    nim: {
      endpoint: settings.nimEndpoint,
      apiKey: settings.nimApiKey,
      functionId: settings.nimFunctionId,
      language: settings.nimLanguage,
      model: settings.nimModel,
      maxSpeakers: settings.nimMaxSpeakers ?? settings.maxSpeakers,
      tlsCa: settings.nimTlsCa,
      timeoutMs: settings.nimTimeout === undefined ? undefined : settings.nimTimeout * 1000,
    },
    sherpa: {
      model: settings.sherpaModel,
      languageModel: settings.sherpaLanguageModel,
      segmentationModel: settings.sherpaSegmentationModel,
      speakerModel: settings.sherpaSpeakerModel,
      speakers: settings.sherpaSpeakers,
      threshold: settings.sherpaSpeakerThreshold,
    },
    custom: {
      command: settings.byoCommand === undefined ? [] : commandWords(settings.byoCommand),
      endpoint: settings.byoEndpoint,
      apiKey: settings.byoApiKey,
      model: settings.byoModel,
      maxSpeakers: settings.maxSpeakers,
      timeoutMs: settings.byoTimeout === undefined ? undefined : settings.byoTimeout * 1000,
      format: settings.byoFormat,
      maxMs: settings.byoMaxSeconds * 1000,
      environment: commandEnvironment(env, settings.byoEnv),
    },
  };
}

/** What programs need to run and models to be found; no keys, unless they are named. */
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
