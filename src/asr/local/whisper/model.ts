import { loadOnnxRuntime, type Tensor } from "../../../models/onnx-runtime.ts";
import { freeTensors } from "../../../models/free-tensors.ts";
import { SPECIAL, SUPPRESSED } from "../../../models/whisper/special-tokens.ts";
import { sessionOptions } from "../../audio/session-options.ts";
import { SAMPLE_RATE } from "../../transcriber.ts";
import { repeats } from "../../repetition.ts";
import { FRAMES_A_SECOND, logMel } from "./mel.ts";
import type { Attention } from "./align.ts";

/** Whisper was trained on 30 s; a piece with this much silence after it does as well. */
export const SILENCE_SECONDS = 5;
const MAX_SECONDS = 30;
/** The decoder was trained on half of its 448 tokens. */
const MAX_TOKENS = 224;
/** Bands of the picture of sound. */
const BANDS = 80;

/** Audio as the encoder read it: some 25 MB for 20 s, so `freeEncoding` is for when it is done. */
export interface Encoding {
  readonly keys: Tensor;
  readonly values: Tensor;
  /** Seconds of audio, without the silence after it. */
  readonly seconds: number;
}

export const freeEncoding = ({ keys, values }: Encoding): void => freeTensors([keys, values]);

/** What the decoder makes of the audio before it knows the language. */
export interface Beginning {
  /** Probabilities of languages by Whisper's codes. */
  readonly languages: ReadonlyMap<string, number>;
  /** The probability that nobody speaks. */
  readonly noSpeech: number;
  /** Keys and values of the first token, so that decoding need not begin anew. */
  readonly cache: Cache;
  readonly attention: Float32Array;
}

export interface Cache {
  readonly keys: Tensor;
  readonly values: Tensor;
  readonly length: number;
}

export interface WhisperText {
  readonly tokens: readonly number[];
  /** The probability that the decoder gave each token, 0..1. */
  readonly probabilities: readonly number[];
  readonly attention: Attention;
  /** The decoder was stopped because it repeated itself. */
  readonly isLoop: boolean;
}

export interface Whisper {
  /** Takes at most 30 s, with the silence that is put after the samples. */
  readonly encode: (samples: Float32Array, silenceSeconds?: number) => Promise<Encoding>;
  readonly begin: (encoding: Encoding) => Promise<Beginning>;
  readonly decode: (
    encoding: Encoding,
    beginning: Beginning,
    language: string,
    signal: AbortSignal,
  ) => Promise<WhisperText>;
  readonly release: () => Promise<void>;
}

/** The tokens before the text: start, language, task, no time stamps. */
export const PROMPT_LENGTH = 4;

/**
 * Whisper with greedy decoding (Radford et al. 2022, https://arxiv.org/abs/2212.04356), from files
 * in the layout that `models/whisper` makes.
 */
export async function loadWhisper(
  paths: { readonly encoder: string; readonly decoder: string },
  threads: number,
): Promise<Whisper> {
  const { InferenceSession, Tensor } = await loadOnnxRuntime();
  // By its path, and one after the other: a copy of the file in memory would stay for a while.
  const encoder = await InferenceSession.create(paths.encoder, sessionOptions(threads));
  const decoder = await InferenceSession.create(paths.decoder, sessionOptions(threads));
  const int64 = (values: readonly number[], shape: readonly number[]): Tensor =>
    new Tensor("int64", BigInt64Array.from(values, BigInt), shape);
  const step = async (
    tokens: readonly number[],
    cache: Cache,
    { keys, values }: Encoding,
  ): Promise<Step> => {
    const output = await decoder.run({
      tokens: int64(tokens, [1, tokens.length]),
      in_n_layer_self_k_cache: cache.keys,
      in_n_layer_self_v_cache: cache.values,
      n_layer_cross_k: keys,
      n_layer_cross_v: values,
      offset: int64([cache.length], [1]),
    });
    return readStep(output, tokens.length, cache.length);
  };
  return {
    async encode(samples, silenceSeconds = SILENCE_SECONDS) {
      const seconds = samples.length / SAMPLE_RATE;
      const whole = Math.min(MAX_SECONDS, seconds + silenceSeconds);
      const frames = 2 * Math.floor((whole * FRAMES_A_SECOND) / 2);
      const mel = new Tensor("float32", logMel(samples, frames), [1, BANDS, frames]);
      const output = await encoder.run({ mel });
      return {
        keys: output["n_layer_cross_k"] as Tensor,
        values: output["n_layer_cross_v"] as Tensor,
        seconds,
      };
    },
    async begin(encoding) {
      const [layers = 0, , heads = 0, size = 0] = encoding.keys.dims;
      const none = new Tensor("float32", new Float32Array(0), [layers, 1, 0, heads * size]);
      const empty = { keys: none, values: none, length: 0 };
      const first = await step([SPECIAL.start], empty, encoding);
      return {
        ...languagesOf(lastLogits(first)),
        cache: first.cache,
        attention: first.rows[0] as Float32Array,
      };
    },
    decode: (encoding, beginning, language, signal) =>
      decodeGreedily(step, encoding, beginning, language, signal),
    release: async () => void (await Promise.all([encoder.release(), decoder.release()])),
  };
}

const lastLogits = ({ logits }: Step): Float32Array =>
  (logits.data as Float32Array).subarray(-(logits.dims[2] ?? 0));

interface Step {
  /** Of the last token at the end. */
  readonly logits: Tensor;
  readonly cache: Cache;
  /** The attention of each token: heads × positions. */
  readonly rows: readonly Float32Array[];
  readonly heads: number;
  readonly positions: number;
}

function readStep(output: Readonly<Record<string, Tensor>>, count: number, before: number): Step {
  const attention = output["cross_attention_weights"] as Tensor;
  const [, heads = 0, , positions = 0] = attention.dims;
  const data = attention.data as Float32Array;
  const rows = Array.from({ length: count }, (_, token) => {
    const row = new Float32Array(heads * positions);
    for (let head = 0; head < heads; head++) {
      const from = (head * count + token) * positions;
      row.set(data.subarray(from, from + positions), head * positions);
    }
    return row;
  });
  return {
    logits: output["logits"] as Tensor,
    cache: {
      keys: output["out_n_layer_self_k_cache"] as Tensor,
      values: output["out_n_layer_self_v_cache"] as Tensor,
      length: before + count,
    },
    rows,
    heads,
    positions,
  };
}

async function decodeGreedily(
  step: (tokens: readonly number[], cache: Cache, encoding: Encoding) => Promise<Step>,
  encoding: Encoding,
  { cache: beginning, attention }: Beginning,
  language: string,
  signal: AbortSignal,
): Promise<WhisperText> {
  const prompt = [
    SPECIAL.firstLanguage + SPECIAL.languages.indexOf(language),
    SPECIAL.transcribe,
    SPECIAL.noTimestamps,
  ];
  const rows = [attention];
  const tokens: number[] = [];
  const probabilities: number[] = [];
  let next = await step(prompt, beginning, encoding);
  rows.push(...next.rows);
  const { heads, positions } = next;
  const done = (isLoop: boolean): WhisperText => ({
    tokens,
    probabilities,
    attention: { rows, heads, positions },
    isLoop,
  });
  while (tokens.length < MAX_TOKENS) {
    signal.throwIfAborted();
    const { best, probability } = choose(lastLogits(next), tokens.length === 0);
    if (best === SPECIAL.end) break;
    tokens.push(best);
    probabilities.push(probability);
    const { cache, logits } = next;
    next = await step([best], cache, encoding);
    freeTensors([logits, cache.keys, cache.values]);
    rows.push(...next.rows);
    const loop = repeats(tokens);
    if (loop === 0) continue;
    for (const list of [tokens, probabilities, rows]) list.length -= loop;
    return done(true);
  }
  return done(false);
}

/** The best token that is text or the end; a piece of speech never begins with its end. */
function choose(
  logits: Float32Array,
  isFirst: boolean,
): { readonly best: number; readonly probability: number } {
  for (const token of SUPPRESSED) logits[token] = -Infinity;
  if (isFirst) logits[SPECIAL.blank] = logits[SPECIAL.end] = -Infinity;
  let best = SPECIAL.end as number;
  for (let token = 0; token <= SPECIAL.end; token++)
    if ((logits[token] as number) > (logits[best] as number)) best = token;
  let sum = 0;
  for (let token = 0; token <= SPECIAL.end; token++)
    sum += Math.exp((logits[token] as number) - (logits[best] as number));
  return { best, probability: 1 / sum };
}

function languagesOf(logits: Float32Array): Pick<Beginning, "languages" | "noSpeech"> {
  const most = logits.reduce((max, value) => Math.max(max, value), -Infinity);
  const all = logits.reduce((sum, value) => sum + Math.exp(value - most), 0);
  const weightOf = (token: number): number => Math.exp((logits[token] as number) - most);
  const weights = SPECIAL.languages.map((_, i) => weightOf(SPECIAL.firstLanguage + i));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return {
    languages: new Map(SPECIAL.languages.map((code, i) => [code, (weights[i] ?? 0) / sum])),
    noSpeech: weightOf(SPECIAL.noSpeech) / all,
  };
}
