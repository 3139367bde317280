import { parseFingerprint } from "./fingerprint.ts";
import { parseSelection, type TrackSelection } from "./selection.ts";
import type { Language } from "./types.ts";

interface Made {
  readonly fingerprint: string | null;
  readonly language: Language | null;
}

/** The track that a transcript was made of; null for captions beside the media. */
export const trackOf = (fingerprint: string | null): TrackSelection | null =>
  parseSelection(parseFingerprint(fingerprint ?? "").selection ?? "").track;

const primary = (language: Language | null): string =>
  language === "und" ? "" : (language?.toLowerCase().split("-")[0] ?? "");

/**
 * Whether two transcripts of one recording tell the same speech, so that what a person changed in
 * one holds for the other: not in another track of the same type, nor in another language.
 */
export function tellSameSpeech(a: Made, b: Made): boolean {
  const [one, other] = [trackOf(a.fingerprint), trackOf(b.fingerprint)];
  if (one && other && one.type === other.type) return one.number === other.number;
  const [language, otherLanguage] = [primary(a.language), primary(b.language)];
  return language === "" || otherLanguage === "" || language === otherLanguage;
}
