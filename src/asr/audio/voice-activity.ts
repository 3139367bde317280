import { readFile } from "node:fs/promises";
import { loadOnnxRuntime } from "../../models/onnx-runtime.ts";
import { SAMPLE_RATE } from "../transcriber.ts";
import { sessionOptions } from "./session-options.ts";

/** Its model and file, as `models/catalogue.ts` names them. */
export const VAD_MODEL = "silero-vad";
export const VAD_FILE = "silero_vad_v6.onnx";
/** The number of samples that one decision is made of: 32 ms. */
export const FRAME = 512;
export const FRAME_MS = (FRAME * 1000) / SAMPLE_RATE;
const CONTEXT_SAMPLES = 64;
const STATE = 256;

export interface VoiceActivity {
  /** Probability of speech, 0..1, in the next frame of FRAME samples. */
  readonly next: (frame: Float32Array) => Promise<number>;
  /**
   * Everything that the net remembers: the recurrent state, then the last samples, as base64 of
   * float32.
   */
  readonly snapshot: () => string;
}

/**
 * Silero VAD v6, https://github.com/snakers4/silero-vad: a recurrent net that takes the last 64
 * samples again with each frame.
 */
export async function loadVoiceActivity(path: string): Promise<{
  readonly start: (snapshot?: string) => VoiceActivity;
  readonly release: () => Promise<void>;
}> {
  const { InferenceSession, Tensor } = await loadOnnxRuntime();
  const session = await InferenceSession.create(await readFile(path), sessionOptions(1));
  const rate = new Tensor("int64", BigInt64Array.of(BigInt(SAMPLE_RATE)), []);
  return {
    start(snapshot) {
      const memory =
        snapshot === undefined
          ? new Float32Array(STATE + CONTEXT_SAMPLES)
          : new Float32Array(Uint8Array.from(Buffer.from(snapshot, "base64")).buffer);
      let state = new Tensor("float32", memory.slice(0, STATE), [2, 1, STATE / 2]);
      const input = new Float32Array(CONTEXT_SAMPLES + FRAME);
      input.set(memory.subarray(STATE), FRAME);
      return {
        snapshot() {
          const all = new Float32Array(STATE + CONTEXT_SAMPLES);
          all.set(state.data as Float32Array);
          all.set(input.subarray(FRAME), STATE);
          return Buffer.from(all.buffer).toString("base64");
        },
        async next(frame) {
          input.copyWithin(0, FRAME);
          input.set(frame, CONTEXT_SAMPLES);
          const result = await session.run({
            input: new Tensor("float32", input, [1, CONTEXT_SAMPLES + FRAME]),
            state,
            sr: rate,
          });
          state = result["stateN"] as typeof state;
          return Number((result["output"] as typeof state).data[0]);
        },
      };
    },
    release: () => session.release(),
  };
}
