import { findModel } from "../../../models/catalogue.ts";
import type { TranscriberOptions } from "../../transcriber.ts";
import type { LoadedModels } from "../chunk-recogniser.ts";

/** It must be raised when a change of settings changes the transcripts of the same models. */
const SETTINGS_VERSION = 2;
/** The best first: the first that somebody pulled is used. */
const SIZES = ["small", "base", "tiny"] as const;

type OpenedWhisper = NonNullable<LoadedModels["whisper"]> & {
  /** Its model. */
  readonly name: string;
  /** What tells its transcripts from those of other weights and settings. */
  readonly mark: readonly [digest: string, settingsVersion: number];
};

/** Opens the best Whisper that is on this machine; null where there is none. */
export async function openWhisper(
  models: TranscriberOptions["models"],
  threads: number,
): Promise<OpenedWhisper | null> {
  for (const size of SIZES) {
    const name = `whisper-${size}`;
    const files = await models(name);
    const encoder = files[`${size}-encoder.int8.onnx`];
    const decoder = files[`${size}-decoder.int8.onnx`];
    if (encoder === undefined || decoder === undefined) continue;
    const [{ loadWhisper }, { readVocabulary }, tokens] = await Promise.all([
      import("./model.ts"),
      import("./vocabulary.ts"),
      models("whisper-multilingual"),
    ]);
    const model = await loadWhisper({ encoder, decoder }, threads);
    const vocabulary = await readVocabulary(tokens["vocabulary.txt"] ?? "");
    return { model, vocabulary, name, mark: [digestOf(name), SETTINGS_VERSION] };
  }
  return null;
}

/** Of the decoder, or of what it is made of where its own is not pinned. */
function digestOf(name: string): string {
  const { derived = [], sources = [] } = findModel(name);
  return (derived.at(-1)?.digest || sources[0]?.digest || "").slice(0, 8);
}
