import { MediasearchError } from "../../errors.ts";
import type { RequestFailure } from "../../remote/refusals.ts";
import type { Cue, Language, Word } from "../../types.ts";
import { loadVoiceActivity, VAD_FILE, VAD_MODEL } from "../audio/voice-activity.ts";
import { type AudioChunk } from "../audio/speech-chunker.ts";
import {
  type EngineAnswer,
  type Engine,
  type Recognition,
  audioLengthMs,
} from "../remote/engine.ts";
import { openRemote } from "../remote/open.ts";
import type { SherpaSettings } from "./settings.ts";
import { SAMPLE_RATE, type Transcriber, type OwnOptions } from "../transcriber.ts";
import { type Family, readSherpaModel, recognizerConfig, type SherpaModel } from "./folder.ts";
import {
  fromLetters,
  unheardFrom,
  whisperCode,
  withLetteredTokens,
  withoutRepeats,
} from "./whisper.ts";
import { loadSherpa, type Recognizer, type RecognizerResult, type Sherpa } from "./module.ts";

/** It must be raised when a change of what is handed over or read changes the transcripts. */
const settingsVersion = (family: Family): number => (family === "whisper" ? 2 : 1);
/**
 * Whisper drops audio beyond 29.5 s and says so on stderr only. The other models need memory in
 * proportion to the length.
 */
const MAX_CHUNK_MS_BY_FAMILY: Readonly<Record<Family, number>> = {
  whisper: 25_000,
  transducer: 30_000,
  moonshine: 15_000,
  senseVoice: 30_000,
  canary: 30_000,
  nemoCtc: 30_000,
};
/** A chunk of 25 s that gives less than 3 s an answer is no speech. */
const MAX_QUESTIONS = 8;
/** Very short audio crashes some models. */
const MIN_SAMPLES = SAMPLE_RATE / 2;

/**
 * Models that the user has, by sherpa-onnx: in this process, which is a worker's. A damaged model
 * ends it, which costs one attempt of one file.
 */
export async function open({
  models,
  requests,
  settings,
  threads = 1,
}: OwnOptions<SherpaSettings>): Promise<Transcriber> {
  const engine = await openSherpaEngine(settings, threads);
  const files = await models(VAD_MODEL);
  return openRemote(engine, await loadVoiceActivity(files[VAD_FILE] ?? ""), {
    ...requests,
    attempts: 1,
  });
}

export async function openSherpaEngine(
  { model: folder }: SherpaSettings,
  threads = 1,
): Promise<Engine> {
  if (folder === undefined)
    throw new MediasearchError("USAGE", "ASR_ENGINE=SHERPA needs a model", {
      subject: "SHERPA_MODEL",
      hint: "SHERPA_MODEL=FOLDER, with the unpacked files of a sherpa-onnx model (docs/engines.md)",
    });
  const [sherpa, model] = await Promise.all([loadSherpa(), readSherpaModel(folder)]);
  const recognizers = new Map<string, Recognizer>();
  return {
    id: `SHERPA.${model.name.replace(/[^\w.-]+/g, ".")}@${model.digest}.${settingsVersion(model.family)}`,
    languages: [],
    longestMs: MAX_CHUNK_MS_BY_FAMILY[model.family],
    concurrency: 1,
    async recognise(piece, { language, signal }) {
      signal.throwIfAborted();
      const tag = languageOf(model, language);
      if (tag === null) return { refused: unknownLanguage(model, language ?? "") };
      const recognizer =
        recognizers.get(tag) ?? (await openRecognizer(sherpa, model, tag, threads));
      recognizers.set(tag, recognizer);
      return hear(recognizer, piece, model);
    },
    close: async () => {},
  };
}

function languageOf(model: SherpaModel, language: Language | undefined): string | null {
  return model.family === "whisper"
    ? whisperCode(model, language)
    : (language?.split("-")[0] ?? "");
}

/** An unknown language would end the process. */
const unknownLanguage = ({ name }: SherpaModel, language: Language): RequestFailure => ({
  kind: "rejected",
  error: new MediasearchError("ENGINE_REFUSED", `${name} does not know the language ${language}`, {
    subject: name,
    hint: "leave --language out, or another recogniser: ASR_ENGINE=SHERPA,local",
  }),
});

async function openRecognizer(
  sherpa: Sherpa,
  model: SherpaModel,
  language: string,
  threads: number,
): Promise<Recognizer> {
  const make = (tokens: string): Recognizer =>
    new sherpa.OfflineRecognizer(recognizerConfig({ ...model, tokens }, language, threads));
  try {
    return model.family === "whisper" ? await withLetteredTokens(model, make) : make(model.tokens);
  } catch (cause) {
    throw new MediasearchError(
      "MISSING_MODEL",
      `${model.name}: sherpa-onnx can't load it (its own words are above)`,
      {
        subject: model.name,
        hint: "unpack the archive anew; does the model know this language?",
        cause,
      },
    );
  }
}

function hear(recognizer: Recognizer, piece: AudioChunk, model: SherpaModel): EngineAnswer {
  try {
    const heard =
      model.family === "whisper"
        ? hearWhisper(recognizer, piece)
        : readSherpaResult(decode(recognizer, piece.samples), audioLengthMs(piece));
    return { heard };
  } catch (cause) {
    // The native result is JSON made by hand: control characters in it can't be read.
    return {
      refused: {
        kind: "rejected",
        error: new MediasearchError(
          "ENGINE_REFUSED",
          `${model.name}: ${(cause as Error).message}`,
          { subject: model.name, hint: "another recogniser: ASR_ENGINE=SHERPA,local", cause },
        ),
      },
    };
  }
}

function decode(recognizer: Recognizer, samples: Float32Array): RecognizerResult {
  const stream = recognizer.createStream();
  stream.acceptWaveform({
    samples: samples.length >= MIN_SAMPLES ? samples : padded(samples),
    sampleRate: SAMPLE_RATE,
  });
  recognizer.decode(stream);
  return recognizer.getResult(stream);
}

/** Whisper is asked again from where it ended early, until it comes to the end of the chunk. */
export function hearWhisper(recognizer: Recognizer, { samples }: AudioChunk): Recognition {
  const parts: { readonly recognition: Recognition; readonly fromMs: number }[] = [];
  let from = 0;
  for (let count = 0; count < MAX_QUESTIONS; count++) {
    const rest = samples.subarray(Math.round(from * SAMPLE_RATE));
    const seconds = rest.length / SAMPLE_RATE;
    const result = fromLetters(decode(recognizer, rest));
    const next = unheardFrom(result, seconds);
    // What is asked for again belongs to the next part.
    const recognition = readSherpaResult(result, (next ?? seconds) * 1000);
    parts.push({ recognition, fromMs: from * 1000 });
    if (next === null) break;
    from += next;
  }
  const cut = parts.flatMap(({ recognition: { cues }, fromMs }) =>
    cues.map((cue) => withoutRepeats(shifted(cue, Math.round(fromMs)))),
  );
  const isWordTimed = parts.every(
    ({ recognition: { cues, timing } }) => cues.length === 0 || timing === "word",
  );
  return {
    cues: cut.map(({ cue }) => cue),
    timing: cut.length > 0 && isWordTimed ? "word" : "window",
    language: parts[0]?.recognition.language ?? null,
    notes: cut.some(({ isCut }) => isCut)
      ? ["the model repeated itself in places; the repeats were left out"]
      : [],
  };
}

const shifted = (cue: Cue, byMs: number): Cue => ({
  ...cue,
  startMs: cue.startMs + byMs,
  endMs: cue.endMs + byMs,
  words:
    cue.words?.map((word) => ({
      ...word,
      startMs: word.startMs + byMs,
      endMs: word.endMs + byMs,
    })) ?? null,
});

function padded(samples: Float32Array): Float32Array {
  const longer = new Float32Array(MIN_SAMPLES);
  longer.set(samples);
  return longer;
}

/**
 * Words out of tokens where the model times them; else the piece is one stretch, timed by what was
 * cut.
 */
export function readSherpaResult(
  {
    text,
    lang,
    timestamps = [],
    durations = [],
    tokens = [],
    ys_log_probs: logs = [],
  }: RecognizerResult,
  pieceMs: number,
): Recognition {
  const plain = text.replace(/\s+/g, " ").trim();
  const language = /^[a-z]{2,3}$/.test((lang ?? "").replace(/[<|>]/g, ""))
    ? (lang ?? "").replace(/[<|>]/g, "")
    : null;
  if (!/[\p{L}\p{N}]/u.test(plain)) return { cues: [], timing: "window", language, notes: [] };
  const words =
    timestamps.length === tokens.length && tokens.length > 0
      ? joinTokens(tokens, timestamps, durations, logs, pieceMs)
      : [];
  const isWhole =
    words
      .map(({ text }) => text)
      .join("")
      .replace(/\s/g, "") === plain.replace(/\s/g, "");
  const cue: Cue = isWhole
    ? {
        startMs: words[0]?.startMs ?? 0,
        endMs: words.at(-1)?.endMs ?? pieceMs,
        text: plain,
        speaker: null,
        confidence: meanOf(words),
        words,
      }
    : {
        startMs: 0,
        endMs: Math.round(pieceMs),
        text: plain,
        speaker: null,
        confidence: null,
        words: null,
      };
  return { cues: [cue], timing: isWhole ? "word" : "window", language, notes: [] };
}

function joinTokens(
  tokens: readonly string[],
  starts: readonly number[],
  durations: readonly number[],
  logs: readonly number[],
  pieceMs: number,
): Word[] {
  const groups: { text: string; first: number; last: number }[] = [];
  tokens.forEach((token, i) => {
    const clean = token.replaceAll("\u2581", " ");
    const last = groups.at(-1);
    if (last && !/^\s/.test(clean)) Object.assign(last, { text: last.text + clean, last: i });
    else groups.push({ text: clean.trim(), first: i, last: i });
  });
  return groups
    .filter(({ text }) => text !== "")
    .map(({ text, first, last }, at, all) => {
      const startMs = Math.round((starts[first] ?? 0) * 1000);
      const next = all[at + 1];
      const endMs = durations[last]
        ? Math.round(((starts[last] ?? 0) + (durations[last] ?? 0)) * 1000)
        : Math.round(next ? (starts[next.first] ?? 0) * 1000 : pieceMs);
      const tokenLogs = logs.slice(first, last + 1);
      return {
        text,
        startMs,
        endMs: Math.max(startMs, Math.min(endMs, Math.round(pieceMs))),
        confidence:
          tokenLogs.length > 0
            ? Math.exp(tokenLogs.reduce((sum, one) => sum + one, 0) / tokenLogs.length)
            : null,
      };
    });
}

function meanOf(words: readonly Word[]): number | null {
  const known = words.flatMap(({ confidence }) => (confidence === null ? [] : [confidence]));
  return known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0) / known.length;
}
