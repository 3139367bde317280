import type { InferenceSession } from "../../models/onnx-runtime.ts";

/**
 * Three options are off: the arena, which keeps the memory of the longest piece and saves no time
 * that could be measured (332 and 300 MB, 7.3 and 7.2 CPU s for 303 s of speech); rewriting of
 * quantise/dequantise nodes, because int8 models run twice as fast without it; and spinning,
 * because idle threads must cost nothing.
 */
export const sessionOptions = (threads: number): InferenceSession.SessionOptions => ({
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  enableCpuMemArena: false,
  executionMode: "sequential",
  graphOptimizationLevel: "all",
  logSeverityLevel: 3,
  extra: { session: { disable_quant_qdq: "1", intra_op: { allow_spinning: "0" } } },
});
