import type { Transcriber } from "../asr/transcriber.ts";
import { toMediasearchError } from "../errors.ts";
import { decodeAudio } from "../media/decode.ts";
import { probeMedia } from "../media/probe.ts";
import type { Language } from "../types.ts";
import { type BeyondWords, measureBeyondWords } from "./beyond-words.ts";
import type { ReferenceSample } from "./references.ts";
import { countedWords, type WordErrors, wordErrors } from "./word-errors.ts";

export type SampleResult =
  | {
      readonly type: "heard";
      readonly name: string;
      readonly errors: WordErrors;
      readonly audioMs: number;
      readonly wallMs: number;
      readonly cpuMs: number;
      readonly timing: string;
      readonly text: string;
      readonly beyondWords: BeyondWords;
    }
  | { readonly type: "failed"; readonly name: string; readonly reason: string };

const SAMPLES_A_MS = 16;

/**
 * One recording by one recogniser: what it got wrong, how long it took with decoding, and the time
 * of this process's own processors (not a server's, nor a command's).
 */
export async function measureSample(
  sample: ReferenceSample,
  transcriber: Transcriber,
  language: Language | undefined,
  signal: AbortSignal,
): Promise<SampleResult> {
  const { name } = sample;
  try {
    const { audio } = await probeMedia(sample.path);
    if (!audio) return { type: "failed", name, reason: "no sound in this file" };
    const startedAt = performance.now();
    const cpuBefore = process.cpuUsage();
    let samples = 0;
    async function* counted(streamIndex: number): AsyncIterable<Float32Array> {
      for await (const chunk of decodeAudio(sample.path, { streamIndex, signal })) {
        samples += chunk.length;
        yield chunk;
      }
    }
    const transcript = await transcriber.transcribe(counted(audio.streamIndex), {
      language,
      signal,
    });
    const wallMs = performance.now() - startedAt;
    const { user, system } = process.cpuUsage(cpuBefore);
    const text = transcript.cues.map((cue) => cue.text).join(" ");
    const spoken = language ?? sample.language ?? "en";
    const errors = wordErrors(countedWords(sample.reference, spoken), countedWords(text, spoken));
    return {
      type: "heard",
      name,
      errors,
      audioMs: Math.round(samples / SAMPLES_A_MS),
      wallMs: Math.round(wallMs),
      cpuMs: Math.round((user + system) / 1000),
      timing: transcript.timing,
      text,
      beyondWords: await measureBeyondWords(sample, transcript),
    };
  } catch (error) {
    signal.throwIfAborted();
    return { type: "failed", name, reason: toMediasearchError(error).message };
  }
}
