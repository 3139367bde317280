import { readFile } from "node:fs/promises";
import { freeBytes } from "../../models/free-tensors.ts";
import { loadOnnxRuntime } from "../../models/onnx-runtime.ts";
import { SAMPLE_RATE } from "../transcriber.ts";
import { makeVoiceActivityGraph } from "../../models/silero/voice-activity-graph.ts";
import { sessionOptions } from "./session-options.ts";

/** Its model and file, as `models/catalogue.ts` names them. */
export const VAD_MODEL = "silero-vad";
export const VAD_FILE = "silero_vad_v6.onnx";
/** The number of samples that one decision is made of: 32 ms. */
export const FRAME = 512;
export const FRAME_MS = (FRAME * 1000) / SAMPLE_RATE;
const CONTEXT_SAMPLES = 64;
const WINDOW = CONTEXT_SAMPLES + FRAME;
const STATE = 256;

export interface VoiceActivity {
  /** Probability of speech, 0..1, in each of the next frames of FRAME samples. */
  readonly next: (frames: Float32Array) => Promise<readonly number[]>;
  /**
   * Everything that the net remembers: the recurrent state, then the last samples, as base64 of
   * float32.
   */
  readonly snapshot: () => string;
}

/**
 * Silero VAD v6, https://github.com/snakers4/silero-vad: a recurrent net that takes the last 64
 * samples again with each frame. Its weights are put into a graph that takes many frames at once.
 */
export async function loadVoiceActivity(path: string): Promise<{
  readonly start: (snapshot?: string) => VoiceActivity;
  readonly release: () => Promise<void>;
}> {
  const { InferenceSession, Tensor } = await loadOnnxRuntime();
  const graph = makeVoiceActivityGraph(await readFile(path));
  const session = await InferenceSession.create(graph, sessionOptions(1));
  freeBytes(graph);
  return {
    start(snapshot) {
      const memory =
        snapshot === undefined
          ? new Float32Array(STATE + CONTEXT_SAMPLES)
          : new Float32Array(Uint8Array.from(Buffer.from(snapshot, "base64")).buffer);
      let state = new Tensor("float32", memory.slice(0, STATE), [2, 1, STATE / 2]);
      let context = memory.slice(STATE);
      return {
        snapshot() {
          const all = new Float32Array(STATE + CONTEXT_SAMPLES);
          all.set(state.data as Float32Array);
          all.set(context, STATE);
          return Buffer.from(all.buffer).toString("base64");
        },
        async next(frames) {
          const count = frames.length / FRAME;
          const windows = new Float32Array(count * WINDOW);
          windows.set(context);
          windows.set(frames.subarray(0, FRAME), CONTEXT_SAMPLES);
          for (let i = 1; i < count; i++)
            windows.set(frames.subarray(i * FRAME - CONTEXT_SAMPLES, (i + 1) * FRAME), i * WINDOW);
          const result = await session.run({
            windows: new Tensor("float32", windows, [count, WINDOW]),
            state,
          });
          context = frames.slice(-CONTEXT_SAMPLES);
          state = result["next_state"] as typeof state;
          return Array.from(result["probabilities"]?.data as Float32Array);
        },
      };
    },
    release: () => session.release(),
  };
}
