import { toMediasearchError } from "../../errors.ts";
import { serveParent } from "../../supervised-child.ts";
import { inputName, type MediaInput } from "../byte-source.ts";
import { decodeAudio } from "../decode.ts";
import { unreadableError } from "../ffmpeg.ts";
import { joinFiles } from "../joined.ts";
import { probeMedia } from "../probe.ts";
import { STEP_MS, type Waveform, type WaveformJob, type WaveformReply } from "./job.ts";

/** A process for one waveform: a crash in a codec costs the waveform, not the program. */

const reply = serveParent<WaveformJob, WaveformReply>({
  onRequest: (job) => void work(job).then(reply),
  onOrphaned: () => process.kill(process.pid, "SIGKILL"),
});

async function work({ path, parts }: WaveformJob): Promise<WaveformReply> {
  try {
    return { type: "done", waveform: await measure(parts ? await joinFiles(parts, path) : path) };
  } catch (error) {
    const { code, message, hint, subject } = toMediasearchError(error);
    return { type: "failed", failure: { code, message, hint, subject } };
  }
}

const SAMPLE_RATE = 16_000;
const STEP_SAMPLES = (SAMPLE_RATE * STEP_MS) / 1000;

async function measure(media: MediaInput): Promise<Waveform> {
  const { audio } = await probeMedia(media);
  if (!audio) throw unreadableError(inputName(media), "it has no sound");
  const peaks: number[] = [];
  let [least, greatest, inStep, samples] = [0, 0, 0, 0];
  const close = (): void => {
    peaks.push(toByte(least), toByte(greatest));
    [least, greatest, inStep] = [0, 0, 0];
  };
  const tellAlive = throttle(ALIVE_MS, () => reply({ type: "alive" }));
  const options = { streamIndex: audio.streamIndex, signal: new AbortController().signal };
  for await (const chunk of decodeAudio(media, options)) {
    tellAlive();
    for (const value of chunk) {
      if (value < least) least = value;
      if (value > greatest) greatest = value;
      samples++;
      if (++inStep === STEP_SAMPLES) close();
    }
  }
  if (inStep > 0) close();
  return { durationMs: Math.round((samples * 1000) / SAMPLE_RATE), peaks: Int8Array.from(peaks) };
}

/** How often the maker is told that work goes on. */
const ALIVE_MS = 10_000;

function throttle(everyMs: number, act: () => void): () => void {
  let lastMs = performance.now();
  return () => {
    if (performance.now() - lastMs <= everyMs) return;
    act();
    lastMs = performance.now();
  };
}

const toByte = (value: number): number => Math.max(-128, Math.min(127, Math.round(value * 127)));
