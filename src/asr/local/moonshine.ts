import { readFile } from "node:fs/promises";
import {
  makeCrossGraph,
  makeDecoderGraph,
  MAX_POSITIONS,
} from "../../models/moonshine/decoder-graph.ts";
import { readDecoderWeights } from "../../models/moonshine/weights.ts";
import { type InferenceSession, loadOnnxRuntime, type Tensor } from "../../models/onnx-runtime.ts";
import { sessionOptions } from "../audio/session-options.ts";
import type { BiasState } from "./vocabulary-bias.ts";
import { SAMPLE_RATE } from "../transcriber.ts";
import { repeats } from "../repetition.ts";

const HEADS = 8;
const HEAD_SIZE = 36;
const VOCABULARY = 32_768;
const START = 1;
const END = 2;
/** Nobody speaks more tokens than this; a decoder that makes as many is in a loop. */
const MAX_TOKENS_A_SECOND = 6.5;
const RESULTS = ["tokens", "probabilities"];

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
 * The decoder is not run as it is published: its weights are put into a graph that makes all tokens
 * of a chunk in one run, with the same arithmetic but for the last product, which is in integers.
 */
export async function loadMoonshine(
  paths: { readonly encoder: string; readonly decoder: string },
  threads: number,
): Promise<Moonshine> {
  const { InferenceSession, Tensor } = await loadOnnxRuntime();
  const open = (model: Uint8Array): Promise<InferenceSession> =>
    InferenceSession.create(model, sessionOptions(threads));
  const weights = readDecoderWeights(await readFile(paths.decoder));
  const [encoder, cross, decoder] = await Promise.all([
    InferenceSession.create(paths.encoder, sessionOptions(threads)),
    open(makeCrossGraph(weights)),
    open(makeDecoderGraph(weights)),
  ]);
  const int64 = (value: number, shape: readonly number[]): Tensor =>
    new Tensor("int64", BigInt64Array.of(BigInt(value)), shape);
  const none = new Tensor("float32", new Float32Array(0), [1, HEADS, 0, HEAD_SIZE]);
  const noBonus = new Tensor("float32", new Float32Array(VOCABULARY), [VOCABULARY]);
  const empty = Object.fromEntries(
    weights.layers.flatMap((_, layer) => ["k", "v"].map((part) => [`self_${part}_${layer}`, none])),
  );
  const begin = async (samples: Float32Array): Promise<Record<string, Tensor>> => {
    const input = new Tensor("float32", samples, [1, samples.length]);
    const { last_hidden_state: hidden } = await encoder.run({ input_values: input });
    return {
      ...(await cross.run({ hidden: hidden as Tensor })),
      ...empty,
      token: int64(START, [1, 1]),
      offset: int64(0, [1]),
      bonus: noBonus,
      end: int64(END, []),
    };
  };
  return {
    async decode(samples, bias) {
      const limit = Math.min(
        MAX_POSITIONS,
        Math.ceil((samples.length / SAMPLE_RATE) * MAX_TOKENS_A_SECOND),
      );
      const feeds = await begin(samples);
      if (!bias) {
        const output = await decoder.run({ ...feeds, steps: int64(limit, []) }, RESULTS);
        return withoutLoop(readDecoded(output));
      }
      const tokens: number[] = [];
      const probabilities: number[] = [];
      feeds["steps"] = int64(1, []);
      while (tokens.length < limit && repeats(tokens) === 0) {
        feeds["bonus"] = new Tensor("float32", toVector(bias.bonuses()), [VOCABULARY]);
        const output = await decoder.run(feeds);
        const made = readDecoded(output);
        const [token] = made.tokens;
        if (token === undefined) break;
        tokens.push(token);
        probabilities.push(...made.probabilities);
        bias.take(token);
        for (const name of Object.keys(empty)) feeds[name] = output[`out_${name}`] as Tensor;
        feeds["token"] = int64(token, [1, 1]);
        feeds["offset"] = int64(tokens.length, [1]);
      }
      return withoutLoop({ tokens, probabilities });
    },
    release: async () =>
      void (await Promise.all([encoder.release(), cross.release(), decoder.release()])),
  };
}

/** The tokens before the end. */
function readDecoded(output: Readonly<Record<string, Tensor>>): Decoded {
  const made = Array.from((output["tokens"] as Tensor).data as BigInt64Array, Number);
  const end = made.indexOf(END);
  const tokens = end === -1 ? made : made.slice(0, end);
  const probabilities = (output["probabilities"] as Tensor).data as Float32Array;
  return { tokens, probabilities: [...probabilities.subarray(0, tokens.length)] };
}

/** What was said before the decoder began to repeat itself. */
function withoutLoop({ tokens, probabilities }: Decoded): Decoded {
  for (let length = 1; length <= tokens.length; length++) {
    const loop = repeats(tokens.slice(0, length));
    if (loop > 0)
      return {
        tokens: tokens.slice(0, length - loop),
        probabilities: probabilities.slice(0, length - loop),
      };
  }
  return { tokens, probabilities };
}

function toVector(bonuses: ReadonlyMap<number, number>): Float32Array {
  const vector = new Float32Array(VOCABULARY);
  for (const [token, bonus] of bonuses) vector[token] = bonus;
  return vector;
}
