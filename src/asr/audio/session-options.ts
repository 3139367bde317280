import type { InferenceSession } from "../../models/onnx-runtime.ts";

/**
 * Without the quantise/dequantise rewriting int8 models run twice as fast; without spinning, idle
 * threads cost nothing.
 */
export const sessionOptions = (threads: number): InferenceSession.SessionOptions => ({
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  executionMode: "sequential",
  graphOptimizationLevel: "all",
  logSeverityLevel: 3,
  extra: { session: { disable_quant_qdq: "1", intra_op: { allow_spinning: "0" } } },
});
