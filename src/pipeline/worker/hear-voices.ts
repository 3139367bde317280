import type { SpeakerListener, SpokenSpan } from "../../asr/speaker-turns.ts";
import type { SpokenVoices } from "../../asr/transcriber.ts";
import { decodeAudio } from "../../media/decode.ts";
import { probeMedia } from "../../media/probe.ts";
import { mediaOf } from "./choose-captions.ts";
import type { FileTask } from "./protocol.ts";
import { openSound, type SoundServices } from "./sound.ts";

/** Hears the voices of a recording, each in the spans where its speaker speaks. */
export async function hearVoices(
  task: FileTask,
  spans: readonly SpokenSpan[],
  listener: SpeakerListener,
  services: SoundServices,
): Promise<SpokenVoices> {
  const media = await mediaOf(task, services);
  const info = await probeMedia(media);
  const { track } = await openSound(task, info, services, []);
  const heard = listener.listen();
  let samples = 0;
  const audio = decodeAudio(media, { streamIndex: track.streamIndex, signal: services.signal });
  for await (const chunk of heard.through(audio)) {
    services.signal.throwIfAborted();
    samples += chunk.length;
    services.onProgress(samples / SAMPLES_PER_MS, info.durationMs);
  }
  return { encoder: listener.encoder, voices: heard.voices(spans) };
}

const SAMPLES_PER_MS = 16;
