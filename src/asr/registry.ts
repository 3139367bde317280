import { MediasearchError } from "../errors.ts";
import type { EngineFinding, EngineSettings } from "./settings.ts";
import type { Transcriber, TranscriberOptions } from "./transcriber.ts";

const TRANSCRIBERS: Readonly<Record<string, (options: TranscriberOptions) => Promise<Transcriber>>> = {
  local: async (options) => (await import("./local/open.ts")).open(options),
  NVIDIA_NIMS: async (options) => (await import("./nim/open.ts")).open(options),
  WHISPER: async (options) => (await import("./whisper/open.ts")).open(options),
  BYO: async (options) => (await import("./byo/open.ts")).open(options),
  STUB: async () => (await import("./stub/open.ts")).open(),
};

/** @throws USAGE for an unknown name, MISSING_MODEL when the model can't be had. */
export async function openTranscriber(name: string, options: TranscriberOptions): Promise<Transcriber> {
  const open = TRANSCRIBERS[name];
  if (!open) throw new MediasearchError("USAGE", `no recogniser is called ${name}`, { hint: `ASR_ENGINE=${Object.keys(TRANSCRIBERS).join(" or ")}` });
  return open(options);
}

/** Those that are more than models on this machine. */
const CHECKS: Readonly<Record<string, (settings: EngineSettings, signal: AbortSignal) => Promise<EngineFinding>>> = {
  NVIDIA_NIMS: async (settings, signal) => (await import("./nim/check.ts")).check(settings, signal),
  WHISPER: async (settings, signal) => (await import("./whisper/check.ts")).check(settings, signal),
  BYO: async (settings, signal) => (await import("./byo/check.ts")).check(settings, signal),
};

/** Asks a recogniser whether it could work, without giving it audio. @throws what would end a run. */
export async function checkTranscriber(name: string, settings: EngineSettings, signal: AbortSignal): Promise<EngineFinding> {
  return (await CHECKS[name]?.(settings, signal)) ?? { found: "nothing to ask" };
}
