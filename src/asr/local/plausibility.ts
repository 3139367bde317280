import type { Cue, Language } from "../../types.ts";

export interface Judgement {
  readonly language: Language;
  readonly warning: string | null;
  /** Whether the words are worth finding; what is none of English is nonsense that reads well. */
  readonly isKept: boolean;
}

/** The English name of a language; its tag where it has none. */
export function nameOf(language: Language): string {
  try {
    return new Intl.DisplayNames(["en"], { type: "language" }).of(language) ?? language;
  } catch {
    return language;
  }
}

const CURE = "for other languages: mediasearch models pull whisper-base, then index again";

/**
 * Mean probability of the words of a file. Measured: clear English .81 and more (23 recordings);
 * the same with noise 10 dB below it over the telephone .56 to .8, with reverberation .45 to .78;
 * eight recordings in seven other languages, clear or with noise, .24 to .47, since the decoder
 * guesses fluent English for sounds that it does not know.
 */
const MIN_CLEAR_CONFIDENCE = 0.75;
/** With less it is rather another language than English that is hard to hear. */
const MIN_ENGLISH_CONFIDENCE = 0.6;
/** With less, hardly a word is right: it would only be found by mistake. */
const MIN_KEPT_CONFIDENCE = 0.5;
/** A file with fewer words than this can't be judged. */
const MIN_WORDS = 4;
/**
 * Speech in another language can also give no words at all. English has about 2.5 words a second.
 */
const MIN_VOICED_MS = 4000;
const MIN_WORDS_A_SECOND = 0.4;
const DOUBTFUL_SHARE = 0.25;

/** Classifies whether the cues can be English. The recogniser itself can't tell. */
export function classifyTranscript(
  cues: readonly Cue[],
  voicedMs: number,
  said: Language | undefined,
): Judgement {
  const words = cues.reduce((sum, cue) => sum + (cue.words?.length ?? 0), 0);
  const mean =
    cues.reduce((sum, cue) => sum + (cue.confidence ?? 0) * (cue.words?.length ?? 0), 0) /
    Math.max(1, words);
  const isSaid = said !== undefined && /^en\b/i.test(said);
  if (said !== undefined && !isSaid)
    return {
      language: "und",
      warning: `the recogniser knows English only, not ${said} (${nameOf(said)}): nothing was indexed; ${CURE}`,
      isKept: false,
    };
  const isSparse = voicedMs >= MIN_VOICED_MS && words / (voicedMs / 1000) < MIN_WORDS_A_SECOND;
  if (!isSaid && isSparse && mean < MIN_CLEAR_CONFIDENCE)
    return {
      language: "und",
      warning: `hardly any words in the speech: perhaps not English, or too unclear; ${CURE}`,
      isKept: mean >= MIN_KEPT_CONFIDENCE,
    };
  if (words < MIN_WORDS) return { language: words > 0 ? "en" : "und", warning: null, isKept: true };
  if (!isSaid && mean < MIN_ENGLISH_CONFIDENCE) {
    const isKept = mean >= MIN_KEPT_CONFIDENCE;
    return {
      language: "und",
      warning: `the speech does not seem to be English: ${isKept ? "do not trust the transcript" : "nothing was indexed"}; ${CURE}`,
      isKept,
    };
  }
  const doubtful = cues
    .filter((cue) => (cue.confidence ?? 1) < MIN_CLEAR_CONFIDENCE)
    .reduce((sum, cue) => sum + (cue.words?.length ?? 0), 0);
  return { language: "en", warning: doubtWarning(doubtful / words, isSaid), isKept: true };
}

function doubtWarning(share: number, isSaid: boolean): string | null {
  if (share <= DOUBTFUL_SHARE) return null;
  return isSaid
    ? "parts of the speech are unclear: check the transcript"
    : "parts of the speech are unclear, or not English: check the transcript";
}
