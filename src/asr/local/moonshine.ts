import { readFile } from "node:fs/promises";
import { type InferenceSession, loadOnnxRuntime, type Tensor } from "../../models/onnx-runtime.ts";
import { sessionOptions } from "../audio/session-options.ts";
import type { BiasState } from "./vocabulary-bias.ts";
import { SAMPLE_RATE } from "../transcriber.ts";
import { repeats } from "../repetition.ts";

const LAYERS = 6;
const HEADS = 8;
const HEAD_SIZE = 36;
const START = 1;
const END = 2;
/** Nobody speaks more tokens than this; a decoder that makes as many is in a loop. */
const MAX_TOKENS_A_SECOND = 6.5;

export interface Decoded {
  readonly tokens: readonly number[];
  /** The probability that the decoder gave each token, 0..1. */
  readonly probabilities: readonly number[];
}

export interface Moonshine {
  readonly decode: (samples: Float32Array, bias?: BiasState) => Promise<Decoded>;
  readonly release: () => Promise<void>;
}

/**
 * Moonshine tiny in int8, greedy decoding. Jeffries et al. 2024, https://arxiv.org/abs/2410.15608.
 * The merged decoder runs its first step without a cache (`use_cache_branch` false) and hands back
 * keys and values; those of the encoder never change.
 */
export async function loadMoonshine(
  paths: { readonly encoder: string; readonly decoder: string },
  threads: number,
): Promise<Moonshine> {
  const { InferenceSession, Tensor } = await loadOnnxRuntime();
  const open = async (path: string): Promise<InferenceSession> =>
    InferenceSession.create(await readFile(path), sessionOptions(threads));
  const [encoder, decoder] = await Promise.all([open(paths.encoder), open(paths.decoder)]);
  const flag = (value: boolean): Tensor => new Tensor("bool", [value], [1]);
  const none = new Tensor("float32", new Float32Array(0), [0, HEADS, 1, HEAD_SIZE]);
  const token = (id: number): Tensor => new Tensor("int64", BigInt64Array.of(BigInt(id)), [1, 1]);
  return {
    async decode(samples, bias) {
      const { last_hidden_state: hidden } = await encoder.run({
        input_values: new Tensor("float32", samples, [1, samples.length]),
      });
      const feeds: Record<string, Tensor> = {
        encoder_hidden_states: hidden as Tensor,
        use_cache_branch: flag(false),
        input_ids: token(START),
      };
      for (const name of cacheNames()) feeds[`past_key_values.${name}`] = none;
      const limit = Math.ceil((samples.length / SAMPLE_RATE) * MAX_TOKENS_A_SECOND);
      const tokens: number[] = [];
      const probabilities: number[] = [];
      while (tokens.length < limit) {
        const output = await decoder.run(feeds);
        const { best, probability } = pick(output["logits"]?.data as Float32Array, bias?.bonuses());
        if (best === END) break;
        tokens.push(best);
        bias?.take(best);
        probabilities.push(probability);
        const loop = repeats(tokens);
        if (loop > 0)
          return { tokens: tokens.slice(0, -loop), probabilities: probabilities.slice(0, -loop) };
        const isFirst = tokens.length === 1;
        for (const name of cacheNames()) {
          // The encoder's keys are whole after the first step; the cached branch gives back empty
          // ones.
          if (isFirst || name.includes("decoder"))
            feeds[`past_key_values.${name}`] = output[`present.${name}`] as Tensor;
        }
        feeds["use_cache_branch"] = flag(true);
        feeds["input_ids"] = token(best);
      }
      return { tokens, probabilities };
    },
    release: async () => void (await Promise.all([encoder.release(), decoder.release()])),
  };
}

const CACHE_NAMES = Array.from({ length: LAYERS }, (_, layer) =>
  ["decoder.key", "decoder.value", "encoder.key", "encoder.value"].map(
    (part) => `${layer}.${part}`,
  ),
).flat();
const cacheNames = (): readonly string[] => CACHE_NAMES;

/**
 * The likeliest token, with the bonuses of the user's terms; its probability is the one without
 * them, so that confidence keeps its meaning.
 */
function pick(
  logits: Float32Array,
  bonuses?: ReadonlyMap<number, number>,
): { readonly best: number; readonly probability: number } {
  let best = 0;
  let most = -Infinity;
  for (let id = 0; id < logits.length; id++) {
    const value = logits[id] as number;
    if (value > most) [most, best] = [value, id];
  }
  const top = most;
  // The logit of the token that is taken, which a bonus may have put above the top one.
  let chosen = most;
  for (const [id, bonus] of bonuses ?? []) {
    const value = (logits[id] as number) + bonus;
    if (value > most) [most, best, chosen] = [value, id, logits[id] as number];
  }
  let sum = 0;
  for (let id = 0; id < logits.length; id++) {
    const below = (logits[id] as number) - top;
    // Tokens that are e^12 times less likely change nothing in the result.
    if (below > -12) sum += Math.exp(below);
  }
  return { best, probability: Math.exp(chosen - top) / sum };
}
