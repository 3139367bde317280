import { MediasearchError } from "../../errors.ts";
import { loadVoiceActivity, VAD_FILE, VAD_MODEL } from "../audio/voice-activity.ts";
import { openRemote } from "../remote/open.ts";
import type { Engine } from "../remote/engine.ts";
import type { NimSettings, RequestSettings } from "../settings.ts";
import type { Transcriber, TranscriberOptions } from "../transcriber.ts";
import { addressOf } from "./address.ts";
import { openGrpcEngine } from "./grpc-engine.ts";
import { openHttpEngine } from "./http-engine.ts";

/** A speech recognition NIM of NVIDIA, on one's own machines or hosted. */
export async function open({ models, engines }: TranscriberOptions): Promise<Transcriber> {
  if (!engines) throw new MediasearchError("BUG", "NVIDIA_NIMS was opened without settings");
  const engine = openEngine(engines.nim, engines.requests);
  const files = await models(VAD_MODEL);
  return openRemote(engine, await loadVoiceActivity(files[VAD_FILE] ?? ""), engines.requests);
}

/** @throws USAGE when no address is set. */
export function openEngine(settings: NimSettings, requests: RequestSettings): Engine {
  const address = addressOf(settings);
  return address.type === "http"
    ? openHttpEngine(address.url, settings, requests)
    : openGrpcEngine(address.target, address.isTls, settings, requests);
}
