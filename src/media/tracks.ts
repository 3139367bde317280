import type { Language } from "../types.ts";
import type { TrackSelection } from "../selection.ts";
import { parseLanguageTag } from "./captions/languages.ts";
import type { TrackPurpose } from "./track-purpose.ts";

/** What the tracks of sound and of text have in common. */
export interface Track {
  readonly streamIndex: number;
  /** From 1, among the tracks of its type, as players count. */
  readonly number: number;
  readonly codec: string;
  /** BCP 47; null where neither the container nor the title says one. */
  readonly language: Language | null;
  readonly title: string | null;
  readonly purpose: TrackPurpose;
  /** The container marks it as the one to begin with. */
  readonly isDefault: boolean;
}

/** What decides among tracks when nobody chose by hand. */
export interface TrackWishes {
  /** The language that the user asks for. */
  readonly language?: Language | undefined;
  /** For subtitles: the language of the sound. */
  readonly spoken?: Language | null | undefined;
}

const primary = (tag: string): string => tag.toLowerCase().split(/[-_]/)[0] ?? "";

/** 0 for the very language, 1 for a variety of it, 2 where a track tells none, 3 for another. */
function distance(track: Language | null, wanted: Language | null | undefined): number {
  if (wanted === undefined || wanted === null) return 0;
  if (track === null) return 2;
  const asked = parseLanguageTag(wanted) ?? wanted;
  if (track.toLowerCase() === asked.toLowerCase()) return 0;
  return primary(track) === primary(asked) ? 1 : 3;
}

const OTHER = 3;

/** Whether a track can be in that language; one that tells none can. */
export const isSameLanguage = (wanted: Language, track: Language | null): boolean =>
  distance(track, wanted) < OTHER;

/** Compares keys of tracks from the most to the least important. */
function byKeys(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((key, i) => key !== b[i]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

const ranked = <T extends Track>(tracks: readonly T[], keysOf: (track: T) => number[]): T[] =>
  tracks
    .map((track) => ({ track, keys: [...keysOf(track), track.streamIndex] }))
    .toSorted((a, b) => byKeys(a.keys, b.keys))
    .map(({ track }) => track);

/**
 * Sound as a player's user would choose it, best first: not in another language than the one that
 * is asked for, then with all of the speech, then in that very language, then the container's
 * default, then the first.
 */
export const rankAudio = <T extends Track>(
  tracks: readonly T[],
  { language }: TrackWishes = {},
): readonly T[] =>
  ranked(tracks, (track) => {
    const far = distance(track.language, language);
    return [Number(far === OTHER), Number(track.purpose !== "main"), far, Number(!track.isDefault)];
  });

export interface TextTrack extends Track {
  /** false for pictures of text (DVD, Blu-ray, DVB), which can't be searched. */
  readonly isText: boolean;
  readonly isForDeaf: boolean;
}

/**
 * Text tracks as a player's user would choose them, best first: those with all that is said, in the
 * language that is asked for, else in that of the sound, else the container's default, else the
 * first. A language that is asked for leaves out the others.
 */
export const rankSubtitles = <T extends TextTrack>(
  tracks: readonly T[],
  { language, spoken }: TrackWishes = {},
): readonly T[] =>
  ranked(
    tracks.filter((track) => track.isText && distance(track.language, language) < OTHER),
    (track) => [
      Number(track.purpose !== "main"),
      distance(track.language, language),
      distance(track.language, language === undefined ? spoken : undefined),
      Number(!track.isDefault),
      Number(track.isForDeaf),
    ],
  );

/**
 * The track that a user names by number, language or title, of those that fit the best one.
 * @param tracks best first. Undefined where none fits.
 */
export function findTrack<T extends Track>(tracks: readonly T[], wanted: string): T | undefined {
  const name = wanted.trim().toLowerCase();
  if (/^\d+$/.test(name)) return tracks.find(({ number }) => number === Number(name));
  const language = parseLanguageTag(name);
  const titled = (fits: (title: string) => boolean): T | undefined =>
    tracks.find(({ title }) => title !== null && fits(title.toLowerCase()));
  return (
    titled((title) => title === name) ??
    (language === null
      ? undefined
      : (tracks.find((track) => distance(track.language, language) === 0) ??
        tracks.find((track) => distance(track.language, language) === 1))) ??
    titled((title) => title.includes(name))
  );
}

/** A track as transcripts note it. */
export const selectionOf = (
  type: TrackSelection["type"],
  { number, language, title }: Track,
  all: readonly Track[],
): TrackSelection => ({ type, number, of: all.length, language, title });

/** Shorter words of titles mean other things too: "it", "no", "is". */
const MIN_NAME_LENGTH = 4;

/** The language that a title names, such as "Deutsch (Stereo)"; null without one. */
export const languageInTitle = (title: string): Language | null =>
  title
    .split(/[\s()[\],;:/&+._-]+/)
    .filter((word) => word.length >= MIN_NAME_LENGTH)
    .map(parseLanguageTag)
    .find((language) => language !== null) ?? null;
