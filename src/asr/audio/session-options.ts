import type { InferenceSession } from "../../models/onnx-runtime.ts";

/**
 * Two options are off: rewriting of quantise/dequantise nodes, because int8 models run twice as
 * fast without it, and spinning, because idle threads must cost nothing.
 */
export const sessionOptions = (threads: number): InferenceSession.SessionOptions => ({
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  executionMode: "sequential",
  graphOptimizationLevel: "all",
  logSeverityLevel: 3,
  extra: { session: { disable_quant_qdq: "1", intra_op: { allow_spinning: "0" } } },
});
