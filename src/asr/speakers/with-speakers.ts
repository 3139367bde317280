import { fileDigest } from "../../models/catalogue.ts";
import {
  type AudioChunk,
  createBlockCutter,
  createSpeechChunker,
} from "../audio/speech-chunker.ts";
import { loadVoiceActivity, VAD_FILE, VAD_MODEL } from "../audio/voice-activity.ts";
import type { SpeakersWanted } from "../settings.ts";
import { assignSpeakers, type SpeakerListener } from "../speaker-turns.ts";
import type { Transcriber, TranscriberOptions } from "../transcriber.ts";
import { diarize } from "./diarize.ts";
import { voicesOf } from "./named-voices.ts";
import {
  loadVoiceEncoder,
  VOICE_CUT,
  VOICE_FILE,
  VOICE_MODEL,
  type VoiceWindow,
} from "./voices.ts";

/** It must be raised when the same models and settings give other speakers. */
const SPEAKERS_VERSION = 1;

export async function openSpeakers(
  models: TranscriberOptions["models"],
  wanted: SpeakersWanted,
  maxSpeakers: number | undefined,
): Promise<SpeakerListener> {
  const [vadFiles, voiceFiles] = await Promise.all([models(VAD_MODEL), models(VOICE_MODEL)]);
  const [activity, encoder] = await Promise.all([
    loadVoiceActivity(vadFiles[VAD_FILE] ?? ""),
    loadVoiceEncoder(voiceFiles[VOICE_FILE] ?? ""),
  ]);
  const count = wanted === "auto" ? undefined : wanted;
  const digest = fileDigest(VOICE_MODEL, VOICE_FILE).slice(0, 8);
  return {
    id: `${digest}.${SPEAKERS_VERSION}.${wanted}`,
    encoder: digest,
    listen() {
      const windows: VoiceWindow[] = [];
      return {
        through: (audio) => hearVoices(audio, activity.start, encoder.encode, windows),
        turns: (number = { count, maxSpeakers }) => diarize(windows, number),
        voices: (spans) => voicesOf(windows, spans),
      };
    },
    release: async () => void (await Promise.all([activity.release(), encoder.release()])),
  };
}

async function* hearVoices(
  audio: AsyncIterable<Float32Array>,
  start: Parameters<typeof createSpeechChunker>[0],
  encode: Awaited<ReturnType<typeof loadVoiceEncoder>>["encode"],
  windows: VoiceWindow[],
): AsyncIterable<Float32Array> {
  const chunker = createSpeechChunker(start, VOICE_CUT);
  const cutter = createBlockCutter();
  let count = 0;
  const hear = async (chunks: readonly AudioChunk[]): Promise<void> => {
    for (const chunk of chunks) windows.push(...(await encode(chunk, count++)));
  };
  for await (const samples of audio) {
    for (const block of cutter.push(samples)) await hear(await chunker.push(block));
    yield samples;
  }
  for (const block of cutter.end()) await hear(await chunker.push(block));
  await hear(chunker.end());
}

/** Wraps a recogniser: its cues get speakers. Speakers that it names itself are kept. */
export function withSpeakers(transcriber: Transcriber, speakers: SpeakerListener): Transcriber {
  return {
    ...transcriber,
    id: `${transcriber.id}+speakers.${speakers.id}`,
    async transcribe(audio, options) {
      const listener = speakers.listen();
      const transcript = await transcriber.transcribe(listener.through(audio), options);
      options.signal.throwIfAborted();
      if (transcript.cues.some(({ speaker }) => speaker !== null)) return transcript;
      const cues = assignSpeakers(transcript.cues, listener.turns());
      const spans = cues.flatMap(({ speaker, startMs, endMs }) =>
        speaker === null ? [] : [{ speaker, startMs, endMs }],
      );
      const voices = { encoder: speakers.encoder, voices: listener.voices(spans) };
      return { ...transcript, cues, voices };
    },
    close: async () => void (await Promise.all([transcriber.close(), speakers.release()])),
  };
}
