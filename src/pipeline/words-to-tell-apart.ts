import type { AssetStatus } from "../backends/catalog.ts";
import { readEditsOf } from "../backends/edits.ts";
import { withWordTimes } from "../backends/word-times.ts";
import { hasToldSpeakers, type KnownWords, withoutSpeakers } from "../asr/known-words.ts";
import { type ContentDigest, parseFingerprint } from "../fingerprint.ts";
import type { EngineName, Segment } from "../types.ts";
import type { FileServices } from "./file-outcome.ts";
import { storedOf } from "./known-transcripts.ts";
import { fitOf, sameContent, type StoredTranscript, type TranscriptOptions } from "./unchanged.ts";

/** Words that only lack speakers, and the recogniser that made them. */
export interface WordsToTellApart {
  readonly known: KnownWords;
  readonly engine: EngineName;
}

type Stored = Pick<FileServices, "library" | "records">;

/**
 * What the library has of a file where nothing but the speakers is missing: then it need not be
 * recognised again. undefined where words have no times, and where speakers were named by captions,
 * channels or the recogniser.
 */
export async function wordsToTellApart(
  asset: AssetStatus | undefined,
  digest: ContentDigest,
  { library, records }: Stored,
  options: TranscriptOptions,
): Promise<WordsToTellApart | undefined> {
  if (!asset?.fingerprint || !sameContent(asset.fingerprint, digest)) return undefined;
  const stored = await storedOf(asset, records);
  if (!lacksSpeakersOnly(stored, options, digest.captions)) return undefined;
  const edits = await readEditsOf(records, asset);
  const base = edits?.base.segments ?? (await Array.fromAsync(library.versions.read(asset.id)));
  const segments = await withWordTimes(records, stored.fingerprint, base);
  const recogniser = stored.engine ?? "";
  if (!areTimed(segments) || (!hasToldSpeakers(recogniser) && segments.some(isNamed)))
    return undefined;
  return {
    engine: parseFingerprint(stored.fingerprint).engine,
    known: {
      recogniser: withoutSpeakers(recogniser),
      language: stored.language ?? "und",
      timing: "word",
      cues: segments.map(toCue),
    },
  };
}

/** Whether a transcript is what is asked for, but for who speaks. */
export const lacksSpeakersOnly = (
  stored: StoredTranscript,
  options: TranscriptOptions,
  captions: string,
): boolean =>
  stored.origin === "asr" &&
  options.speakers !== undefined &&
  options.speakers !== "off" &&
  fitOf(stored, options, captions) === "no" &&
  fitOf(stored, { ...options, speakers: undefined }, captions) !== "no";

const isNamed = ({ speaker }: Segment): boolean => speaker !== null;

const areTimed = (segments: readonly Segment[]): boolean =>
  segments.length > 0 && segments.every(({ words }) => words !== undefined && words.length > 0);

const toCue = ({
  startMs,
  endMs,
  text,
  confidence,
  words = [],
}: Segment): KnownWords["cues"][0] => ({
  startMs,
  endMs,
  text,
  speaker: null,
  confidence,
  words: words.map((word) => ({ ...word, confidence })),
});
