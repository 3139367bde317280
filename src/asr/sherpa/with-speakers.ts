import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { MediasearchError } from "../../errors.ts";
import type { Cue } from "../../types.ts";
import { assignSpeakers } from "../speaker-turns.ts";
import type { SherpaSettings } from "./settings.ts";
import { SAMPLE_RATE, type Transcriber } from "../transcriber.ts";
import { loadSherpa, type SherpaTurn } from "./module.ts";

/** Finds who speaks when in a whole recording: it takes 16 kHz mono and gives turns in seconds. */
export type Diarizer = (samples: Float32Array) => readonly SherpaTurn[];

/**
 * The whole file is needed at once: 230 MB an hour. Longer ones keep their words and get no
 * speakers.
 */
const MAX_SAMPLES = 4 * 3600 * SAMPLE_RATE;

/**
 * @throws MISSING_TOOL without the package, MISSING_MODEL without a file, both with the next step.
 */
export async function openDiarizer({
  segmentationModel = "",
  speakerModel = "",
  speakers,
  threshold,
}: SherpaSettings): Promise<{ readonly diarize: Diarizer; readonly id: string }> {
  const hash = createHash("sha256").update(JSON.stringify([speakers ?? null, threshold]));
  for (const [setting, path] of [
    ["SHERPA_SEGMENTATION_MODEL", segmentationModel],
    ["SHERPA_SPEAKER_MODEL", speakerModel],
  ] as const) {
    const size = await stat(path).then(
      (at) => at.size,
      () => 0,
    );
    if (size < 16)
      throw new MediasearchError(
        "MISSING_MODEL",
        `${path}: ${size === 0 ? "not there, or empty" : "cut off"}`,
        {
          subject: setting,
          hint: `${setting}=FILE.onnx (docs/engines.md); both models are needed to tell speakers apart`,
        },
      );
    hash.update(`${basename(path)}\0${size}\n`);
  }
  const sherpa = await loadSherpa();
  const diarization = new sherpa.OfflineSpeakerDiarization({
    segmentation: { pyannote: { model: segmentationModel }, numThreads: 1 },
    embedding: { model: speakerModel, numThreads: 1 },
    clustering: { numClusters: speakers ?? -1, threshold },
    minDurationOn: 0.2,
    minDurationOff: 0.5,
  });
  if (diarization.sampleRate !== SAMPLE_RATE)
    throw new MediasearchError(
      "MISSING_MODEL",
      `the speaker models want ${diarization.sampleRate} Hz`,
      { subject: "SHERPA_SEGMENTATION_MODEL", hint: "take models for 16 kHz" },
    );
  return { diarize: (samples) => diarization.process(samples), id: hash.digest("hex").slice(0, 8) };
}

/** Wraps a recogniser: its cues get speakers. Speakers that it names itself are kept. */
export function withSpeakers(transcriber: Transcriber, diarize: Diarizer, id: string): Transcriber {
  return {
    ...transcriber,
    id: `${transcriber.id}+speakers.${id}`,
    async transcribe(audio, options) {
      const parts: Float32Array[] = [];
      let length = 0;
      const kept = async function* (): AsyncIterable<Float32Array> {
        for await (const chunk of audio) {
          length += chunk.length;
          if (length <= MAX_SAMPLES) parts.push(chunk);
          yield chunk;
        }
      };
      const transcript = await transcriber.transcribe(kept(), options);
      options.signal.throwIfAborted();
      if (transcript.cues.length === 0 || transcript.cues.some(({ speaker }) => speaker !== null))
        return transcript;
      if (length > MAX_SAMPLES)
        return {
          ...transcript,
          warning: [transcript.warning, "too long to tell speakers apart"]
            .filter(Boolean)
            .join("; "),
        };
      return { ...transcript, cues: assign(transcript.cues, diarize(joinSamples(parts))) };
    },
  };
}

function joinSamples(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Gives the words the speakers of the turns, whose times are in seconds. */
export const assign = (cues: readonly Cue[], turns: readonly SherpaTurn[]): Cue[] =>
  assignSpeakers(
    cues,
    turns.map(({ start, end, speaker }) => ({
      startMs: start * 1000,
      endMs: end * 1000,
      speaker,
    })),
  );
