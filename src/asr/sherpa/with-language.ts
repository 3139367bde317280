import { MediasearchError } from "../../errors.ts";
import type { SherpaSettings } from "./settings.ts";
import { SAMPLE_RATE, type Transcriber } from "../transcriber.ts";
import { readSherpaModel } from "./folder.ts";
import { loadSherpa } from "./module.ts";
import { isEnglishOnly } from "./whisper.ts";

/** The language of a stretch of speech, as an ISO 639 code; "" when it can't be told. */
export type Identifier = (samples: Float32Array) => string;

/** Whisper's encoder looks at 30 s; three of them vote. */
const STRETCH_SAMPLES = 30 * SAMPLE_RATE;
const STRETCHES = 3;
/** Audio below this level is too quiet for speech. */
const MIN_POWER = 1e-5;

/** @throws MISSING_TOOL without the package, MISSING_MODEL without a multilingual Whisper model. */
export async function openIdentifier({
  languageModel = "",
}: SherpaSettings): Promise<{ readonly identify: Identifier; readonly id: string }> {
  const model = await readSherpaModel(languageModel);
  if (model.family !== "whisper" || isEnglishOnly(model))
    throw new MediasearchError(
      "MISSING_MODEL",
      `${languageModel}: languages are told by a multilingual Whisper model`,
      {
        subject: "SHERPA_LANGUAGE_MODEL",
        hint: "SHERPA_LANGUAGE_MODEL=…/sherpa-onnx-whisper-tiny (docs/engines.md)",
      },
    );
  const sherpa = await loadSherpa();
  const identification = new sherpa.SpokenLanguageIdentification({
    whisper: { ...model.files, tailPaddings: -1 },
    numThreads: 1,
    debug: 0,
    provider: "cpu",
  });
  return {
    id: model.digest,
    identify(samples) {
      const stream = identification.createStream();
      stream.acceptWaveform({ samples, sampleRate: SAMPLE_RATE });
      return identification.compute(stream);
    },
  };
}

/**
 * Wraps a recogniser: it is told the language of most of the beginning, unless the user named one.
 */
export function withLanguage(
  transcriber: Transcriber,
  identify: Identifier,
  id: string,
): Transcriber {
  return {
    ...transcriber,
    id: `${transcriber.id}+language.${id}`,
    async transcribe(audio, options) {
      if (options.language !== undefined) return transcriber.transcribe(audio, options);
      const source = audio[Symbol.asyncIterator]();
      const { beginning, isAll } = await takeBeginning(source, STRETCH_SAMPLES * STRETCHES);
      const language = vote(beginning, identify);
      const whole = async function* (): AsyncIterable<Float32Array> {
        yield* beginning;
        if (isAll) return;
        for (let next = await source.next(); !next.done; next = await source.next())
          yield next.value;
      };
      const transcript = await transcriber.transcribe(whole(), {
        ...options,
        ...(language === "" ? {} : { language }),
      });
      return transcript.language === "und" && language !== ""
        ? { ...transcript, language }
        : transcript;
    },
  };
}

async function takeBeginning(
  source: AsyncIterator<Float32Array>,
  samples: number,
): Promise<{ readonly beginning: readonly Float32Array[]; readonly isAll: boolean }> {
  const beginning: Float32Array[] = [];
  for (let length = 0; length < samples;) {
    const next = await source.next();
    if (next.done) return { beginning, isAll: true };
    beginning.push(next.value);
    length += next.value.length;
  }
  return { beginning, isAll: false };
}

export function vote(chunks: readonly Float32Array[], identify: Identifier): string {
  const all = new Float32Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  const votes = new Map<string, number>();
  for (let from = 0; from < all.length; from += STRETCH_SAMPLES) {
    const stretch = all.subarray(from, from + STRETCH_SAMPLES);
    if (
      stretch.length < SAMPLE_RATE ||
      stretch.reduce((sum, x) => sum + x * x, 0) / stretch.length < MIN_POWER
    )
      continue;
    const language = identify(stretch);
    if (language !== "") votes.set(language, (votes.get(language) ?? 0) + 1);
  }
  return [...votes].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? "";
}
