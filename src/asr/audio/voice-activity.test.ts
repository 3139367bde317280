import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { testModels } from "../../../test/helpers/models.ts";
import { decodeFixture } from "../../../test/helpers/transcriber-samples.ts";
import { loadOnnxRuntime } from "../../models/onnx-runtime.ts";
import { makeVoiceActivityGraph } from "../../models/silero/voice-activity-graph.ts";
import { FRAME, loadVoiceActivity, VAD_FILE, VAD_MODEL } from "./voice-activity.ts";

let path: string;
let activity: Awaited<ReturnType<typeof loadVoiceActivity>>;
let samples: Float32Array;

beforeAll(async () => {
  path = (await testModels(VAD_MODEL))[VAD_FILE] ?? "";
  activity = await loadVoiceActivity(path);
  samples = (await decodeFixture("dialogue.ogg")).subarray(0, 200 * FRAME);
});
afterAll(() => activity.release());

/** What the net says as its makers published it, frame by frame. */
async function hearAsPublished(): Promise<number[]> {
  const { InferenceSession, Tensor } = await loadOnnxRuntime();
  const session = await InferenceSession.create(path);
  const sr = new Tensor("int64", BigInt64Array.of(16_000n), []);
  const padded = new Float32Array(samples.length + 64);
  padded.set(samples, 64);
  let state = new Tensor("float32", new Float32Array(256), [2, 1, 128]);
  const heard: number[] = [];
  for (let at = 0; at < samples.length; at += FRAME) {
    const input = new Tensor("float32", padded.slice(at, at + FRAME + 64), [1, FRAME + 64]);
    const result = await session.run({ input, state, sr });
    state = result["stateN"] as typeof state;
    heard.push(Number(result["output"]?.data[0]));
  }
  await session.release();
  return heard;
}

it("hears in blocks of any size, and from a snapshot on, what the published net does", async () => {
  const published = await hearAsPublished();
  expect(published.filter((one) => one > 0.5).length).toBeGreaterThan(50);
  const heard: number[] = [];
  let listener = activity.start();
  let at = 0;
  for (const count of [1, 16, 2, 64, 40, 77]) {
    heard.push(...(await listener.next(samples.subarray(at * FRAME, (at + count) * FRAME))));
    at += count;
    listener = activity.start(listener.snapshot());
  }
  expect(heard).toHaveLength(published.length);
  const differences = heard.map((one, i) => Math.abs(one - (published[i] ?? 0)));
  expect(Math.max(...differences)).toBeLessThan(0.001);
});

it("refuses another file", async () => {
  const file = await readFile(path);
  expect(() => makeVoiceActivityGraph(file.subarray(0, file.length / 2))).toThrow(/ends early/);
  const other = Buffer.from(
    file.toString("latin1").replaceAll("rnn.bias_hh", "rnn.bias_xx"),
    "latin1",
  );
  expect(() => makeVoiceActivityGraph(other)).toThrow(/has no decoder.rnn.bias_hh/);
});
