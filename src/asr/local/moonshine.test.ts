import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testModels } from "../../../test/helpers/models.ts";
import { decodeFixture } from "../../../test/helpers/transcriber-samples.ts";
import { loadOnnxRuntime, type Tensor } from "../../models/onnx-runtime.ts";
import { sessionOptions } from "../audio/session-options.ts";
import { loadMoonshine, type Moonshine } from "./moonshine.ts";
import { createBias } from "./vocabulary-bias.ts";

let moonshine: Moonshine;
let files: Record<string, string>;

beforeAll(async () => {
  files = await testModels("moonshine-tiny");
  moonshine = await loadMoonshine(
    {
      encoder: files["encoder_model.onnx"] ?? "",
      decoder: files["decoder_model_merged.onnx"] ?? "",
    },
    1,
  );
});
afterAll(() => moonshine.release());

const CACHES = [0, 1, 2, 3, 4, 5].flatMap((layer) =>
  ["decoder.key", "decoder.value", "encoder.key", "encoder.value"].map((at) => `${layer}.${at}`),
);

/** The tokens that the decoder gives as its makers published it, run once for each. */
async function decodeAsPublished(samples: Float32Array, most: number): Promise<number[]> {
  const { InferenceSession, Tensor } = await loadOnnxRuntime();
  const [encoder, decoder] = await Promise.all(
    ["encoder_model.onnx", "decoder_model_merged.onnx"].map((name) =>
      InferenceSession.create(files[name] ?? "", sessionOptions(1)),
    ),
  );
  const heard = await encoder?.run({
    input_values: new Tensor("float32", samples, [1, samples.length]),
  });
  const none = new Tensor("float32", new Float32Array(0), [0, 8, 1, 36]);
  const feeds: Record<string, Tensor> = Object.fromEntries(
    CACHES.map((name) => [`past_key_values.${name}`, none]),
  );
  feeds["encoder_hidden_states"] = heard?.["last_hidden_state"] as Tensor;
  const tokens: number[] = [];
  for (let token = 1; tokens.length < most;) {
    feeds["use_cache_branch"] = new Tensor("bool", [tokens.length > 0], [1]);
    feeds["input_ids"] = new Tensor("int64", BigInt64Array.of(BigInt(token)), [1, 1]);
    const output = await decoder?.run(feeds);
    const logits = output?.["logits"]?.data as Float32Array;
    token = logits.indexOf(logits.reduce((most, value) => Math.max(most, value), -Infinity));
    if (token === 2) break;
    for (const name of CACHES)
      if (tokens.length === 0 || name.includes("decoder"))
        feeds[`past_key_values.${name}`] = output?.[`present.${name}`] as Tensor;
    tokens.push(token);
  }
  await Promise.all([encoder?.release(), decoder?.release()]);
  return tokens;
}

/** How many tokens must be put in, taken away or changed. */
function distance(a: readonly number[], b: readonly number[]): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, one] of a.entries()) {
    const next = [i + 1];
    for (const [j, other] of b.entries())
      next.push(
        Math.min(
          (next[j] ?? 0) + 1,
          (row[j + 1] ?? 0) + 1,
          (row[j] ?? 0) + (one === other ? 0 : 1),
        ),
      );
    row = next;
  }
  return row.at(-1) ?? 0;
}

describe("Moonshine in a graph of our own", () => {
  it("writes what the published decoder does, but for a tie now and then", async () => {
    let all = 0;
    let different = 0;
    for (const name of ["budget.wav", "bees.flac", "lecture.mp3"]) {
      const samples = (await decodeFixture(name)).subarray(0, 12 * 16_000);
      const published = await decodeAsPublished(samples, 78);
      // With a bias, even without terms, no token is taken back.
      const { tokens, probabilities } = await moonshine.decode(samples, createBias([])());
      all += published.length;
      different += distance(published, tokens);
      expect(probabilities).toHaveLength(tokens.length);
      expect(probabilities.every((one) => one > 0 && one <= 1)).toBe(true);
    }
    expect(all).toBeGreaterThan(40);
    expect(different / all).toBeLessThan(0.06);
  });

  it("makes tokens one by one, with terms in view, as it makes all at once", async () => {
    const samples = (await decodeFixture("budget.wav")).subarray(0, 8 * 16_000);
    const atOnce = await moonshine.decode(samples);
    const oneByOne = await moonshine.decode(samples, createBias([])());
    expect(oneByOne.tokens).toEqual(atOnce.tokens);
    // A term that begins with another word than the one that was heard draws the text to itself.
    const [, heard = 0] = atOnce.tokens;
    const bias = { bonuses: () => new Map([[heard + 1, 1000]]), take: () => {} };
    const drawn = await moonshine.decode(samples, bias);
    expect(new Set(drawn.tokens)).toEqual(new Set([heard + 1]));
    expect(drawn.probabilities[0]).toBeLessThan(0.5);
  });

  it("makes no more tokens than anybody speaks, and none of nothing", async () => {
    const hum = Float32Array.from({ length: 32_000 }, (_, i) => Math.sin(i / 20) / 3);
    expect((await moonshine.decode(hum)).tokens.length).toBeLessThanOrEqual(13);
    expect((await moonshine.decode(new Float32Array(8000))).tokens.length).toBeLessThanOrEqual(4);
  });
});
