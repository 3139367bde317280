import { MediasearchError } from "../errors.ts";
import type { EngineFinding, EngineSettings } from "./settings.ts";
import type { Transcriber, TranscriberOptions } from "./transcriber.ts";

const TRANSCRIBERS: Readonly<
  Record<string, (options: TranscriberOptions) => Promise<Transcriber>>
> = {
  local: async (options) => (await import("./local/open.ts")).open(options),
  NVIDIA_NIMS: async (options) => (await import("./nim/open.ts")).open(options),
  WHISPER: async (options) => (await import("./whisper/open.ts")).open(options),
  BYO: async (options) => (await import("./custom/open.ts")).open(options),
  SHERPA: async (options) => (await import("./sherpa/open.ts")).open(options),
  STUB: async () => (await import("./stub/open.ts")).open(),
};

/** @throws USAGE for an unknown name, MISSING_MODEL when the model can't be had. */
export async function openTranscriber(
  name: string,
  options: TranscriberOptions,
): Promise<Transcriber> {
  const open = TRANSCRIBERS[name];
  if (!open)
    throw new MediasearchError("USAGE", `no recogniser is called ${name}`, {
      hint: `ASR_ENGINE=${Object.keys(TRANSCRIBERS).join(" or ")}`,
    });
  return enriched(await open(options), options);
}

/** With the models that the user has for it, any recogniser is told the language, and its words get speakers. */
async function enriched(
  transcriber: Transcriber,
  { engines }: TranscriberOptions,
): Promise<Transcriber> {
  let richer = transcriber;
  if (engines?.sherpa.languageModel !== undefined) {
    const { openIdentifier, withLanguage } = await import("./sherpa/with-language.ts");
    const { identify, id } = await openIdentifier(engines.sherpa);
    richer = withLanguage(richer, identify, id);
  }
  const { segmentationModel, speakerModel } = engines?.sherpa ?? {};
  if (
    engines &&
    engines.requests.diarization !== false &&
    (segmentationModel !== undefined || speakerModel !== undefined)
  ) {
    const { openDiarizer, withSpeakers } = await import("./sherpa/with-speakers.ts");
    const { diarize, id } = await openDiarizer(engines.sherpa);
    richer = withSpeakers(richer, diarize, id);
  }
  return richer;
}

/** Those that are more than models on this machine. */
const CHECKS: Readonly<
  Record<string, (settings: EngineSettings, signal: AbortSignal) => Promise<EngineFinding>>
> = {
  NVIDIA_NIMS: async (settings, signal) => (await import("./nim/check.ts")).check(settings, signal),
  WHISPER: async (settings, signal) => (await import("./whisper/check.ts")).check(settings, signal),
  BYO: async (settings, signal) => (await import("./custom/check.ts")).check(settings, signal),
};

/** Asks a recogniser whether it could work, without giving it audio. @throws what would end a run. */
export async function checkTranscriber(
  name: string,
  settings: EngineSettings,
  signal: AbortSignal,
): Promise<EngineFinding> {
  return (await CHECKS[name]?.(settings, signal)) ?? { found: "nothing to ask" };
}
