import { expect, it } from "vitest";
import { freeBytes, freeTensors } from "./free-tensors.ts";
import { loadOnnxRuntime } from "./onnx-runtime.ts";

it("memory is given back once, and never what is part of something else", async () => {
  const { Tensor } = await loadOnnxRuntime();
  const data = new Float32Array(8);
  const tensor = new Tensor("float32", data, [8]);
  freeTensors([tensor, undefined, tensor]);
  expect(data.buffer.byteLength).toBe(0);
  const whole = new Uint8Array(16);
  freeBytes(whole.subarray(4));
  expect(whole.buffer.byteLength).toBe(16);
  freeBytes(whole);
  freeBytes(whole);
  expect(whole.buffer.detached).toBe(true);
});
