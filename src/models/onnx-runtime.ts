import { env } from "node:process";
import type * as OnnxRuntime from "onnxruntime-node";

export type { InferenceSession, Tensor } from "onnxruntime-node";

/**
 * Loads ONNX Runtime; the only place that does. From version 1.29 its library for Linux reports to
 * its maker: a look-up of a host, a device id under ~/.cache/Microsoft, a log in the temporary
 * folder. The pinned version has no such code; the variable switches it off should another one be
 * installed in its place. The library reads the variable once, when it is loaded.
 */
export async function loadOnnxRuntime(): Promise<typeof OnnxRuntime> {
  env["ORT_DISABLE_TELEMETRY"] = "1";
  const { unpackRuntime } = await import("./unpack-runtime.ts");
  await unpackRuntime();
  return import("onnxruntime-node");
}
