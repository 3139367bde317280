import { type Cue } from "../../types.ts";
import { SAMPLE_RATE, type Transcriber } from "../transcriber.ts";

const WINDOW_MS = 5000;
/** Audio below this root mean square gets no cue. */
const SILENT = 0.003;

/**
 * Recognises nothing: marks where there is sound, in cues that say what they are. For tests and
 * demos.
 */
export async function open(): Promise<Transcriber> {
  return {
    id: "STUB",
    languages: ["und"],
    async transcribe(audio, { signal }) {
      const energies: number[] = [];
      let samples = 0;
      const size = (WINDOW_MS * SAMPLE_RATE) / 1000;
      for await (const chunk of audio) {
        signal.throwIfAborted();
        for (const value of chunk) {
          const window = Math.floor(samples++ / size);
          energies[window] = (energies[window] ?? 0) + value * value;
        }
      }
      const totalMs = Math.floor((samples * 1000) / SAMPLE_RATE);
      const cues = energies.flatMap((energy, i): Cue[] =>
        Math.sqrt(energy / size) < SILENT
          ? []
          : [stubCue(i, Math.min((i + 1) * WINDOW_MS, totalMs))],
      );
      return {
        cues,
        timing: "window",
        language: "und",
        warning: "STUB recogniser: the text is made up",
      };
    },
    close: async () => {},
  };
}

function stubCue(index: number, endMs: number): Cue {
  const startMs = index * WINDOW_MS;
  const texts = `[STUB] placeholder for speech number ${index + 1}.`.split(" ");
  const step = (endMs - startMs) / texts.length;
  const words = texts.map((text, i) => ({
    text,
    startMs: Math.round(startMs + i * step),
    endMs: Math.round(startMs + (i + 1) * step),
    confidence: 0,
  }));
  return { startMs, endMs, text: texts.join(" "), speaker: null, confidence: 0, words };
}
