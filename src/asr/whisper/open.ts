import { createHash } from "node:crypto";
import { loadVoiceActivity, VAD_FILE, VAD_MODEL } from "../audio/voice-activity.ts";
import type { Engine } from "../remote/engine.ts";
import { WHISPER_LANGUAGES } from "../remote/languages.ts";
import { openRemote } from "../remote/open.ts";
import type { RequestSettings } from "../settings.ts";
import type { WhisperSettings } from "./settings.ts";
import type { Transcriber, OwnOptions } from "../transcriber.ts";
import { abilitiesOf, askWhisper, WHISPER_WINDOW_MS } from "./ask.ts";
import { whisperAddress, describeWhisperServer, findRoute, type Route } from "./server.ts";

/** It must be raised when a change of what is sent or read changes the transcripts. */
const WHISPER_SETTINGS_VERSION = 1;
/** This is 3.84 MB as 16-bit WAV, far below every server's limit on file size. */
const MAX_WHISPER_CHUNK_MS = 120_000;

/** Opens a server that speaks OpenAI's transcription API, or that of whisper.cpp. */
export async function open({
  models,
  requests,
  settings,
}: OwnOptions<WhisperSettings>): Promise<Transcriber> {
  whisperAddress(settings);
  const files = await models(VAD_MODEL);
  return openRemote(
    openWhisperEngine(settings, requests),
    await loadVoiceActivity(files[VAD_FILE] ?? ""),
    requests,
  );
}

export function openWhisperEngine(
  settings: WhisperSettings,
  { concurrency }: RequestSettings,
): Engine {
  const server = describeWhisperServer(settings);
  const able = abilitiesOf(settings.model);
  let route: Route | undefined;
  return {
    id: `WHISPER.${settings.model.replace(/[^\w.-]+/g, ".")}@${createHash("sha256").update(server.address).digest("hex").slice(0, 8)}.${WHISPER_SETTINGS_VERSION}`,
    languages: WHISPER_LANGUAGES,
    longestMs: able.isTextOnly ? WHISPER_WINDOW_MS : MAX_WHISPER_CHUNK_MS,
    // whisper.cpp's server does one request at a time; more would only wait there, in its memory.
    concurrency: settings.api === "whisper.cpp" ? 1 : concurrency,
    async recognise(chunk, options) {
      if (!route) {
        const found = await findRoute(settings, options.signal);
        if ("refused" in found) return found;
        route = found;
      }
      return askWhisper(chunk, options, route, settings, server, able);
    },
    close: async () => {},
  };
}
