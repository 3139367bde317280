import { readFile } from "node:fs/promises";
import {
  makeCrossGraph,
  makeDecoderGraph,
  MAX_POSITIONS,
} from "../../models/moonshine/decoder-graph.ts";
import { freeBytes, freeTensors } from "../../models/free-tensors.ts";
import { readDecoderWeights } from "../../models/moonshine/weights.ts";
import { type InferenceSession, loadOnnxRuntime, type Tensor } from "../../models/onnx-runtime.ts";
import { sessionOptions } from "../audio/session-options.ts";
import type { BiasState } from "./vocabulary-bias.ts";
import { SAMPLE_RATE } from "../transcriber.ts";
import { repeats } from "../repetition.ts";
import { type Continuation, type GreedyHypothesis, reconsider } from "./reconsider.ts";

const HEADS = 8;
const HEAD_SIZE = 36;
const VOCABULARY = 32_768;
const START = 1;
const END = 2;
/** Nobody speaks more tokens than this; a decoder that makes as many is in a loop. */
const MAX_TOKENS_A_SECOND = 6.5;

export interface Decoded {
  readonly tokens: readonly number[];
  /** The probability that the decoder gave each token, 0..1. */
  readonly probabilities: readonly number[];
}

type TensorClass = Awaited<ReturnType<typeof loadOnnxRuntime>>["Tensor"];

export interface Moonshine {
  readonly decode: (samples: Float32Array, bias?: BiasState) => Promise<Decoded>;
  readonly release: () => Promise<void>;
}

interface Sessions {
  readonly encoder: InferenceSession;
  /** What the decoder's layers make of the encoder's result. */
  readonly cross: InferenceSession;
  readonly decoder: InferenceSession;
  readonly layers: number;
}

type Tensors = Readonly<Record<string, Tensor>>;

/**
 * Moonshine tiny in int8, greedy decoding. Jeffries et al. 2024, https://arxiv.org/abs/2410.15608.
 * The decoder is not run as it is published: its weights are put into a graph that makes all tokens
 * of a chunk in one run, with the same arithmetic but for the last product, which is in integers.
 */
export async function loadMoonshine(
  paths: { readonly encoder: string; readonly decoder: string },
  threads: number,
): Promise<Moonshine> {
  const { Tensor } = await loadOnnxRuntime();
  const { encoder, cross, decoder, layers } = await openSessions(paths, threads);
  const beginning = startOfText(Tensor, layers);
  return {
    async decode(samples, bias) {
      const seconds = samples.length / SAMPLE_RATE;
      const limit = Math.min(MAX_POSITIONS, Math.ceil(seconds * MAX_TOKENS_A_SECOND));
      const input = new Tensor("float32", samples, [1, samples.length]);
      const { last_hidden_state: hidden } = await encoder.run({ input_values: input });
      const audio = await cross.run({ hidden: hidden as Tensor });
      freeTensors([hidden]);
      const feeds = { ...audio, ...beginning };
      try {
        if (bias) return withoutLoop(await decodeOneByOne(decoder, feeds, { limit, bias }));
        return withoutLoop(await decodeAtOnce(decoder, feeds, limit));
      } finally {
        freeTensors(Object.values(audio));
      }
    },
    release: async () =>
      void (await Promise.all([encoder.release(), cross.release(), decoder.release()])),
  };
}

/** Opens them one after the other: each needs several times its size while it is opened. */
async function openSessions(
  paths: { readonly encoder: string; readonly decoder: string },
  threads: number,
): Promise<Sessions> {
  const { InferenceSession } = await loadOnnxRuntime();
  const open = async (model: Uint8Array): Promise<InferenceSession> => {
    const session = await InferenceSession.create(model, sessionOptions(threads));
    freeBytes(model);
    return session;
  };
  const encoder = await InferenceSession.create(paths.encoder, sessionOptions(threads));
  const file = await readFile(paths.decoder);
  const weights = readDecoderWeights(file);
  const cross = await open(makeCrossGraph(weights));
  const graph = makeDecoderGraph(weights);
  freeBytes(file);
  return { encoder, cross, decoder: await open(graph), layers: weights.layers.length };
}

const int64 = (Tensor: TensorClass, value: number, shape: readonly number[]): Tensor =>
  new Tensor("int64", BigInt64Array.of(BigInt(value)), shape);

/** What the decoder is given before the first token, besides the audio. */
function startOfText(Tensor: TensorClass, layers: number): Tensors {
  const none = new Tensor("float32", new Float32Array(0), [1, HEADS, 0, HEAD_SIZE]);
  const caches = Array.from({ length: layers }, (_, layer) => [
    [`self_k_${layer}`, none],
    [`self_v_${layer}`, none],
  ]).flat();
  return {
    ...(Object.fromEntries(caches) as Tensors),
    token: int64(Tensor, START, [1, 1]),
    offset: int64(Tensor, 0, [1]),
    bonus: new Tensor("float32", new Float32Array(VOCABULARY), [VOCABULARY]),
    end: int64(Tensor, END, []),
  };
}

/** The likeliest text, with the end taken off. */
async function decodeAtOnce(
  decoder: InferenceSession,
  beginning: Tensors,
  limit: number,
): Promise<Decoded> {
  const { Tensor } = await loadOnnxRuntime();
  const first = await decoder.run({ ...beginning, steps: int64(Tensor, limit, []) });
  const after = (position: number): Continuation => {
    let offset = position + 1;
    let caches = firstOf(Tensor, first, offset);
    return async (token, count) => {
      const output = await decoder.run({
        ...beginning,
        ...caches,
        token: int64(Tensor, token, [1, 1]),
        offset: int64(Tensor, offset, [1]),
        steps: int64(Tensor, count, []),
      });
      freeTensors(Object.values(caches));
      caches = cachesIn(output);
      const { tokens, probabilities } = readSteps(output);
      offset += tokens.length;
      return { tokens, probabilities, isAtEnd: tokens.at(-1) === END };
    };
  };
  const best = await reconsider(readSteps(first), after, limit);
  freeTensors(Object.values(cachesIn(first)));
  const end = best.tokens.indexOf(END);
  const length = end === -1 ? best.tokens.length : end;
  return {
    tokens: best.tokens.slice(0, length),
    probabilities: best.probabilities.slice(0, length),
  };
}

/** Slower: which terms are likelier now depends on the token before. */
async function decodeOneByOne(
  decoder: InferenceSession,
  beginning: Tensors,
  { limit, bias }: { readonly limit: number; readonly bias: BiasState },
): Promise<Decoded> {
  const { Tensor } = await loadOnnxRuntime();
  const feeds: Record<string, Tensor> = {
    ...beginning,
    steps: int64(Tensor, 1, []),
  };
  const tokens: number[] = [];
  const probabilities: number[] = [];
  while (tokens.length < limit && repeats(tokens) === 0) {
    feeds["bonus"] = new Tensor("float32", toVector(bias.bonuses()), [VOCABULARY]);
    const output = await decoder.run(feeds);
    const made = readSteps(output);
    const [token = END] = made.tokens;
    if (token === END) break;
    tokens.push(token);
    probabilities.push(...made.probabilities);
    bias.take(token);
    Object.assign(feeds, cachesIn(output));
    feeds["token"] = int64(Tensor, token, [1, 1]);
    feeds["offset"] = int64(Tensor, tokens.length, [1]);
  }
  return { tokens, probabilities };
}

function readSteps(output: Tensors): GreedyHypothesis {
  const ids = (name: string): number[] =>
    Array.from((output[name] as Tensor).data as BigInt64Array, Number);
  const shares = (name: string): number[] => [...((output[name] as Tensor).data as Float32Array)];
  return {
    tokens: ids("tokens"),
    probabilities: shares("probabilities"),
    rivals: ids("rivals"),
    rivalProbabilities: shares("rival_probabilities"),
  };
}

/** The caches that a run left, by the names that the next one takes them by. */
const cachesIn = (output: Tensors): Tensors =>
  Object.fromEntries(
    Object.entries(output)
      .filter(([name]) => name.startsWith("out_"))
      .map(([name, cache]) => [name.slice("out_".length), cache]),
  );

/** The caches as they were after so many tokens. */
const firstOf = (Tensor: TensorClass, output: Tensors, count: number): Tensors =>
  Object.fromEntries(
    Object.entries(cachesIn(output)).map(([name, cache]) => {
      const all = cache.data as Float32Array;
      const part = new Float32Array(HEADS * count * HEAD_SIZE);
      for (let head = 0; head < HEADS; head++) {
        const from = (head * all.length) / HEADS;
        part.set(all.subarray(from, from + count * HEAD_SIZE), head * count * HEAD_SIZE);
      }
      return [name, new Tensor("float32", part, [1, HEADS, count, HEAD_SIZE])];
    }),
  );

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
