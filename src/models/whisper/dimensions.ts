import { tensorOf, toFloat32, type Weights } from "./ctranslate2.ts";
import { SPECIAL, SUPPRESSED } from "./special-tokens.ts";

/** The sizes of a Whisper model, under the names of its authors. */
export interface Dimensions {
  readonly mels: number;
  readonly audioLayers: number;
  readonly audioHeads: number;
  readonly textLayers: number;
  readonly textHeads: number;
  readonly state: number;
  readonly vocabulary: number;
  /** The most tokens that the decoder takes. */
  readonly context: number;
}

export function dimensionsOf(weights: Weights): Dimensions {
  const [vocabulary = 0, state = 0] = tensorOf(weights, "decoder/embeddings/weight").shape;
  const positions = tensorOf(weights, "decoder/position_encodings/encodings");
  return {
    mels: tensorOf(weights, "encoder/conv1/weight").shape[1] ?? 0,
    audioLayers: countLayers(weights, "encoder"),
    audioHeads: numberAt(weights, "encoder/num_heads"),
    textLayers: countLayers(weights, "decoder"),
    textHeads: numberAt(weights, "decoder/num_heads"),
    state,
    vocabulary,
    context: positions.shape[0] ?? 0,
  };
}

function countLayers(weights: Weights, side: "encoder" | "decoder"): number {
  const numbers = [...weights.keys()].flatMap((name) => {
    const number = new RegExp(`^${side}/layer_(\\d+)/`).exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
  return numbers.length === 0 ? 0 : 1 + Math.max(...numbers);
}

/** A number that is stored as a tensor of whole numbers without dimensions. */
function numberAt(weights: Weights, name: string): number {
  const tensor = tensorOf(weights, name);
  const view = new DataView(new Uint8Array(tensor.bytes).buffer);
  if (tensor.type === "int8") return view.getInt8(0);
  if (tensor.type === "int16") return view.getInt16(0, true);
  if (tensor.type === "int32") return view.getInt32(0, true);
  return toFloat32(tensor)[0] ?? 0;
}

/** Attention heads that follow the words, as layer and head. */
export type AlignmentHeads = readonly (readonly [layer: number, head: number])[];

/** What sherpa-onnx reads in the files beside their weights, so that it can use them too. */
export function metadataOf(
  name: string,
  sizes: Dimensions,
  alignment: AlignmentHeads,
): Readonly<Record<string, string>> {
  const entries = {
    model_type: `whisper-${name}`,
    version: 1,
    maintainer: "mediasearch",
    n_mels: sizes.mels,
    n_audio_ctx: 1500,
    n_audio_state: sizes.state,
    n_audio_head: sizes.audioHeads,
    n_audio_layer: sizes.audioLayers,
    n_vocab: sizes.vocabulary,
    n_text_ctx: sizes.context,
    n_text_state: sizes.state,
    n_text_head: sizes.textHeads,
    n_text_layer: sizes.textLayers,
    sot_sequence: [SPECIAL.start, SPECIAL.firstLanguage, SPECIAL.transcribe].join(","),
    all_language_tokens: SPECIAL.languages.map((_, i) => SPECIAL.firstLanguage + i).join(","),
    all_language_codes: SPECIAL.languages.join(","),
    sot: SPECIAL.start,
    sot_index: 0,
    eot: SPECIAL.end,
    blank_id: SPECIAL.blank,
    is_multilingual: 1,
    no_speech: SPECIAL.noSpeech,
    non_speech_tokens: SUPPRESSED.join(","),
    transcribe: SPECIAL.transcribe,
    translate: SPECIAL.translate,
    sot_prev: SPECIAL.previous,
    sot_lm: SPECIAL.languageModel,
    no_timestamps: SPECIAL.noTimestamps,
    n_alignment_heads: alignment.length,
  };
  return Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, String(value)]));
}
