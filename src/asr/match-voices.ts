import type { SpeakerVoice } from "./speaker-turns.ts";

/** A person whose voice is known, from one recording or several. */
export interface VoiceProfile {
  readonly name: string;
  readonly voices: readonly Float32Array[];
}

/** Whose voice one speaker of a recording has. */
export interface VoiceMatch {
  readonly speaker: string;
  /** How long he or she was heard. */
  readonly seconds: number;
  /** The profile that is most alike; null where there is none. */
  readonly nearest: string | null;
  /** The cosine of both voices. */
  readonly similarity: number;
  /** Whether it is so alike that it is taken for the same person. */
  readonly isSure: boolean;
}

/**
 * How alike two voices of one person are at least: chosen on 228 readers, also over a telephone
 * band, so that less than one pair in a hundred of two persons is taken for one
 * (docs/decisions/0020).
 */
const MIN_SIMILARITY = 0.88;
/** Less speech than this says nothing. */
export const MIN_VOICE_SECONDS = 5;
/** Where two profiles are nearly as alike, neither is sure. */
const MIN_LEAD = 0.03;

/**
 * Compares the speakers of one recording with profiles. Each profile is one speaker's at most: the
 * one's who is most alike.
 */
export function matchVoices(
  heard: readonly SpeakerVoice[],
  profiles: readonly VoiceProfile[],
): readonly VoiceMatch[] {
  const matches = heard.map((one) => nearestProfile(one, profiles));
  return matches.map((match) => ({
    ...match,
    isSure:
      match.isSure &&
      !matches.some(
        (other) =>
          other !== match &&
          other.isSure &&
          other.nearest === match.nearest &&
          other.similarity > match.similarity,
      ),
  }));
}

function nearestProfile(
  { speaker, seconds, voice }: SpeakerVoice,
  profiles: readonly VoiceProfile[],
): VoiceMatch {
  const [first, second] = profiles
    .map(({ name, voices }) => ({ name, similarity: Math.max(...voices.map(cosineWith(voice))) }))
    .toSorted((a, b) => b.similarity - a.similarity);
  if (!first) return { speaker, seconds, nearest: null, similarity: 0, isSure: false };
  return {
    speaker,
    seconds,
    nearest: first.name,
    similarity: first.similarity,
    isSure:
      seconds >= MIN_VOICE_SECONDS &&
      first.similarity >= MIN_SIMILARITY &&
      first.similarity - (second?.similarity ?? -1) >= MIN_LEAD,
  };
}

/** Of voices of length 1. */
const cosineWith =
  (a: Float32Array) =>
  (b: Float32Array): number =>
    a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
