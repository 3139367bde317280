import { toPcm16 } from "../audio/wav.ts";
import type { AudioChunk } from "../audio/speech-chunker.ts";
import {
  type EngineAnswer,
  type AskOptions,
  type Engine,
  audioLengthMs,
} from "../remote/engine.ts";
import { toTag } from "../remote/languages.ts";
import { refusal } from "../../remote/refusals.ts";
import type { RequestSettings } from "../settings.ts";
import type { NimSettings } from "./settings.ts";
import { SAMPLE_RATE } from "../transcriber.ts";
import { describeNimServer, nimEngineId } from "./address.ts";
import { fromGrpcError } from "./grpc-refusals.ts";
import { type Plan, planFor } from "./plan.ts";
import { heardFromRiva } from "./read.ts";
import { openRiva, type RecognitionConfig, type Riva, type RivaModel } from "./riva.ts";

/** It must be raised when a change of what is sent or read changes the transcripts. */
export const NIM_SETTINGS_VERSION = 1;
/** This is 3.84 MB of PCM, which is below the 4 MiB that gRPC servers accept by default. */
const MAX_RIVA_CHUNK_MS = 120_000;
export const RIVA_WINDOW_MS = 20_000;
const MIN_GRPC_AUDIO_MS = 500;
const LISTING_MS = 15_000;
const UNASKED = 8;

/**
 * What the server can give. A capability that it lacks stays false for the rest of this process.
 */
interface RivaCapabilities {
  speakers: boolean;
  words: boolean;
}

/**
 * Opens Riva over gRPC, which gives words with times, speakers and punctuation. A model that only
 * streams gets the audio as a stream.
 */
export function openGrpcEngine(
  target: string,
  isTls: boolean,
  settings: NimSettings,
  requests: RequestSettings,
): Engine {
  const server = describeNimServer(settings);
  const able: RivaCapabilities = { speakers: requests.diarization !== false, words: true };
  let opened: Promise<Riva> | undefined;
  let models: readonly RivaModel[] | undefined;
  const riva = (): Promise<Riva> => (opened ??= openRiva(target, isTls, settings));

  const ask = async (
    chunk: AudioChunk,
    plan: Plan,
    { signal }: AskOptions,
  ): Promise<EngineAnswer> => {
    if (!able.words && audioLengthMs(chunk) > RIVA_WINDOW_MS)
      return refusal(server, "size", "BUG", "text without times for a long piece");
    const call = {
      signal,
      timeoutMs: settings.timeoutMs ?? 60_000 + Math.round(audioLengthMs(chunk)),
    };
    const audio = toPcm16(chunk.samples, MIN_GRPC_AUDIO_MS);
    const wantsSpeakers = able.speakers;
    try {
      const { recognize, stream } = await riva();
      const heard = heardFromRiva(
        await (plan.isStream ? stream : recognize)(
          configOf(plan, settings, wantsSpeakers),
          audio,
          call,
        ),
        chunk,
        { wantsSpeakers },
      );
      if (heard.timing === "window" && heard.cues.length > 0) {
        able.words = false;
        if (audioLengthMs(chunk) > RIVA_WINDOW_MS)
          return refusal(server, "size", "BUG", "text without times for a long piece");
      }
      const notes =
        requests.diarization === true && !wantsSpeakers
          ? ["the server does not tell speakers apart"]
          : [];
      return { heard: { ...heard, language: heard.language ?? toTag(plan.language), notes } };
    } catch (error) {
      const answer = fromGrpcError(server, error, signal);
      if (
        !wantsSpeakers ||
        answer.refused.kind !== "rejected" ||
        !/diari[sz]|speaker/i.test(answer.refused.error.message)
      )
        return answer;
      able.speakers = false;
      return ask(chunk, plan, { language: undefined, signal });
    }
  };
  return {
    id: nimEngineId(settings, NIM_SETTINGS_VERSION),
    languages: [],
    longestMs: MAX_RIVA_CHUNK_MS,
    concurrency: requests.concurrency,
    async recognise(chunk, options) {
      if (!models) {
        const listed = await fetchModels(await riva(), options.signal).catch((error: unknown) =>
          fromGrpcError(server, error, options.signal),
        );
        if ("refused" in listed) return listed;
        models = listed;
      }
      return ask(chunk, planFor(models, settings, options.language), options);
    },
    close: async () => (await opened)?.close(),
  };
}

/**
 * A server need not list its models, so a refusal gives an empty list. A server that does not
 * answer at all is an error.
 */
async function fetchModels(riva: Riva, signal: AbortSignal): Promise<readonly RivaModel[]> {
  try {
    return await riva.models({ signal, timeoutMs: LISTING_MS });
  } catch (error) {
    const { code } = error as { code?: number };
    if (code === 12 || code === 5 || code === 3 || code === 2 || code === 13) return [];
    throw error;
  }
}

const configOf = (
  { language, model }: Plan,
  { maxSpeakers }: NimSettings,
  wantsSpeakers: boolean,
): RecognitionConfig => ({
  encoding: "LINEAR_PCM",
  sample_rate_hertz: SAMPLE_RATE,
  language_code: language,
  audio_channel_count: 1,
  max_alternatives: 1,
  enable_word_time_offsets: true,
  enable_automatic_punctuation: true,
  verbatim_transcripts: false,
  model,
  ...(wantsSpeakers
    ? {
        diarization_config: {
          enable_speaker_diarization: true,
          max_speaker_count: maxSpeakers ?? UNASKED,
        },
      }
    : {}),
});
