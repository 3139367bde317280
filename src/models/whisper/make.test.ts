import { beforeAll, describe, expect, it } from "vitest";
import { type InferenceSession, loadOnnxRuntime, type Tensor } from "../onnx-runtime.ts";
import { readWeights } from "./ctranslate2.ts";
import { makeDecoder } from "./decoder-graph.ts";
import { makeEncoder } from "./encoder-graph.ts";

const STATE = 64;
const MELS = 80;
const WORDS = 50;
const HEAD = [[0, 0]] as const;

/** A model of one layer with weights by chance, in CTranslate2's format. */
function tinyModel(): Uint8Array {
  let seed = 7;
  const random = (): number => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 1_073_741_823.5 - 1;
  };
  const tensors: Buffer[] = [];
  const add = (name: string, shape: readonly number[], value: () => number): void => {
    const numbers = Uint16Array.from(
      { length: shape.reduce((product, size) => product * size, 1) },
      () => toHalf(value()),
    );
    tensors.push(
      text(name),
      Buffer.from([shape.length]),
      ...shape.map(uint32),
      Buffer.from([4]),
      uint32(numbers.byteLength),
      Buffer.from(numbers.buffer),
    );
  };
  const linear = (name: string, outputs: number, inputs: number): void => {
    add(`${name}/weight`, [outputs, inputs], () => random() / 8);
    add(`${name}/bias`, [outputs], () => random() / 8);
  };
  const norm = (name: string): void => {
    add(`${name}/gamma`, [STATE], () => 1 + random() / 8);
    add(`${name}/beta`, [STATE], () => random() / 8);
  };
  const attention = (name: string, parts: readonly number[]): void => {
    norm(`${name}/layer_norm`);
    for (const [i, count] of parts.entries()) linear(`${name}/linear_${i}`, count * STATE, STATE);
  };
  const feedForward = (name: string): void => {
    norm(`${name}/layer_norm`);
    linear(`${name}/linear_0`, 4 * STATE, STATE);
    linear(`${name}/linear_1`, STATE, 4 * STATE);
  };
  for (const [name, inputs] of [
    ["encoder/conv1", MELS],
    ["encoder/conv2", STATE],
  ] as const) {
    add(`${name}/weight`, [STATE, inputs, 3], () => random() / 8);
    add(`${name}/bias`, [STATE], () => random() / 8);
  }
  add("encoder/position_encodings/encodings", [1500, STATE], random);
  attention("encoder/layer_0/self_attention", [3, 1]);
  feedForward("encoder/layer_0/ffn");
  norm("encoder/layer_norm");
  add("decoder/embeddings/weight", [WORDS, STATE], random);
  add("decoder/position_encodings/encodings", [16, STATE], random);
  attention("decoder/layer_0/self_attention", [3, 1]);
  attention("decoder/layer_0/attention", [1, 2, 1]);
  feedForward("decoder/layer_0/ffn");
  norm("decoder/layer_norm");
  for (const side of ["encoder", "decoder"]) add(`${side}/num_heads`, [], () => 1);
  return Buffer.concat([
    uint32(6),
    text("WhisperSpec"),
    uint32(3),
    uint32(tensorCount(tensors)),
    ...tensors,
    uint32(0),
  ]);
}

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const text = (value: string): Buffer => {
  const bytes = Buffer.alloc(value.length + 3);
  bytes.writeUInt16LE(value.length + 1);
  bytes.write(value, 2);
  return bytes;
};
/** Each begins with its name, which alone has a slash. */
const tensorCount = (parts: readonly Buffer[]): number =>
  parts.filter((part) => /^..(?:en|de)coder\//s.test(part.toString("latin1"))).length;

/** Enough of binary16 for numbers of ordinary size. */
function toHalf(value: number): number {
  if (value === 0) return 0;
  const exponent = Math.max(-14, Math.floor(Math.log2(Math.abs(value))));
  const fraction = Math.round((Math.abs(value) / 2 ** exponent) * 1024);
  return (value < 0 ? 0x8000 : 0) + (exponent + 15) * 1024 + fraction - 1024;
}

let encoder: InferenceSession;
let decoder: InferenceSession;
let tensor: (data: Float32Array, shape: readonly number[]) => Tensor;
let whole: (values: readonly number[], shape: readonly number[]) => Tensor;

beforeAll(async () => {
  const { InferenceSession, Tensor } = await loadOnnxRuntime();
  const weights = readWeights(tinyModel());
  [encoder, decoder] = await Promise.all([
    InferenceSession.create(makeEncoder("tiny", HEAD, weights)),
    InferenceSession.create(makeDecoder("tiny", HEAD, weights)),
  ]);
  tensor = (data, shape) => new Tensor("float32", data, shape);
  whole = (values, shape) => new Tensor("int64", BigInt64Array.from(values, BigInt), shape);
});

type Outputs = Readonly<Record<string, Tensor>>;
const encode = (frames: number): Promise<Outputs> =>
  encoder.run({
    mel: tensor(
      Float32Array.from({ length: MELS * frames }, (_, i) => Math.sin(i)),
      [1, MELS, frames],
    ),
  });
const decode = (tokens: readonly number[], cross: Outputs, before?: Outputs): Promise<Outputs> => {
  const none = tensor(new Float32Array(0), [1, 1, 0, STATE]);
  const past = before?.["out_n_layer_self_k_cache"] ?? none;
  return decoder.run({
    tokens: whole(tokens, [1, tokens.length]),
    in_n_layer_self_k_cache: past,
    in_n_layer_self_v_cache: before?.["out_n_layer_self_v_cache"] ?? none,
    n_layer_cross_k: cross["n_layer_cross_k"] as Tensor,
    n_layer_cross_v: cross["n_layer_cross_v"] as Tensor,
    offset: whole([past.dims[2] ?? 0], [1]),
  });
};
const numbers = (outputs: Outputs, name: string): number[] => [
  ...((outputs[name] as Tensor).data as Float32Array),
];

describe("Whisper out of CTranslate2's weights", () => {
  it("has the keys and values of audio of any length, as its decoder reads them", async () => {
    for (const frames of [20, 64]) {
      const cross = await encode(frames);
      expect(cross["n_layer_cross_k"]?.dims).toEqual([1, 1, 1, 64, frames / 2]);
      expect(cross["n_layer_cross_v"]?.dims).toEqual([1, 1, 1, frames / 2, 64]);
      expect(numbers(cross, "n_layer_cross_v").every(Number.isFinite)).toBe(true);
    }
  });

  it("gives for tokens one by one, with caches, what it gives for all at once", async () => {
    const cross = await encode(40);
    const tokens = [3, 14, 15, 9];
    const atOnce = numbers(await decode(tokens, cross), "logits");
    let last: Outputs | undefined;
    for (const [i, token] of tokens.entries()) {
      last = await decode([token], cross, last);
      const row = atOnce.slice(i * WORDS, (i + 1) * WORDS);
      const spread = Math.max(...row) - Math.min(...row);
      numbers(last, "logits").forEach((value, word) =>
        expect(Math.abs(value - (row[word] ?? 0)) / spread).toBeLessThan(0.05),
      );
    }
    expect(last?.["out_n_layer_self_k_cache"]?.dims).toEqual([1, 1, 4, STATE]);
  });

  it("tells what its alignment heads look at", async () => {
    const outputs = await decode([3, 14], await encode(40));
    expect(outputs["cross_attention_weights"]?.dims).toEqual([1, 1, 2, 20]);
    const sum = numbers(outputs, "cross_attention_weights").reduce((total, one) => total + one, 0);
    expect(sum).toBeCloseTo(2, 4);
  });

  it("is the same bytes every time", () => {
    const weights = readWeights(tinyModel());
    for (const make of [makeEncoder, makeDecoder])
      expect(Buffer.from(make("tiny", HEAD, weights)).equals(make("tiny", HEAD, weights))).toBe(
        true,
      );
  });
});

describe("a file that is no model", () => {
  it("is an error, wherever it is cut and whatever it claims", () => {
    const file = tinyModel();
    for (let length = 0; length < file.length; length += 997)
      expect(() => readWeights(file.subarray(0, length))).toThrow(/ends early/);
    expect(() => readWeights(Buffer.concat([file, Buffer.alloc(1)]))).toThrow(/after its end/);
    const many = Buffer.from(file);
    many.writeUInt32LE(0xffffffff, 4 + 14 + 4);
    expect(() => readWeights(many)).toThrow(/tensors/);
    expect(() => readWeights(Buffer.alloc(100))).toThrow(/version 0/);
  });
});
