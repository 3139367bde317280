import { loadVoiceActivity, VAD_FILE, VAD_MODEL } from "../audio/voice-activity.ts";
import { openRemote } from "../remote/open.ts";
import type { Engine } from "../remote/engine.ts";
import type { RequestSettings } from "../settings.ts";
import type { NimSettings } from "./settings.ts";
import type { Transcriber, OwnOptions } from "../transcriber.ts";
import { parseNimAddress } from "./address.ts";
import { openGrpcEngine } from "./grpc-engine.ts";
import { openHttpEngine } from "./http-engine.ts";

/** Opens a speech recognition NIM of NVIDIA, on the user's machines or hosted. */
export async function open({
  models,
  requests,
  settings,
}: OwnOptions<NimSettings>): Promise<Transcriber> {
  const engine = openNimEngine(settings, requests);
  const files = await models(VAD_MODEL);
  return openRemote(engine, await loadVoiceActivity(files[VAD_FILE] ?? ""), requests);
}

/** @throws USAGE when no address is set. */
export function openNimEngine(settings: NimSettings, requests: RequestSettings): Engine {
  const address = parseNimAddress(settings);
  return address.type === "http"
    ? openHttpEngine(address.url, settings, requests)
    : openGrpcEngine(address.target, address.isTls, settings, requests);
}
