import { join } from "node:path";
import type { TranscriberSamples } from "../../src/asr/transcriber.contract.ts";
import type { AllRecogniserSettings } from "../../src/asr/settings.ts";
import { engineSettings } from "../../src/asr/registry.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import { decodeAudio } from "../../src/media/decode.ts";
import { FIXTURES } from "./run.ts";

/** A fixture as recognisers get it. */
export async function decodeFixture(name: string): Promise<Float32Array> {
  const chunks: number[] = [];
  for await (const chunk of decodeAudio(join(FIXTURES, name), {
    streamIndex: 0,
    signal: new AbortController().signal,
  }))
    chunks.push(...chunk);
  return Float32Array.from(chunks);
}

export const transcriberSamples = async (): Promise<TranscriberSamples> => ({
  speech: await decodeFixture("dialogue.ogg"),
  text: "Did you call the company about the broken heater? Yes, they will send somebody on Thursday afternoon. That is too late. The water is already cold. Then we should ask our neighbors for help.",
  spoken: [500, 13_942],
});

/** Settings as the environment gives them, with waits that tests can bear. */
export const engineSettingsOf = (env: Readonly<Record<string, string>>): AllRecogniserSettings =>
  engineSettings(
    resolveConfig({}, { env: { BASE_RETRY_DELAY_MS: "20", ...env }, cwd: "/" }).settings,
    env,
  );

export async function* once(audio: Float32Array): AsyncIterable<Float32Array> {
  yield audio;
}
