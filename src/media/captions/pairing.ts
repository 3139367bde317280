import { candidateByName } from "../sniff.ts";
import { FORMATS } from "./formats.ts";
import { parseLanguageTag } from "./languages.ts";
import {
  type CaptionName,
  captionName,
  possibleCaptionName,
  readContinuation,
  withoutFormat,
} from "./names.ts";

/** Folders beside media that hold their captions. */
const CAPTION_FOLDER =
  /^(?:subs?|subtitles?|captions?|transcripts?|cc|vobsubs?|untertitel|sous-titres)$/i;
export const isCaptionFolder = (name: string): boolean => CAPTION_FOLDER.test(name);

/** Names of one folder, whose captions may lie in a folder below: `Subs/talk.en.srt`. */
const baseOf = (name: string): string => name.slice(name.lastIndexOf("/") + 1);
const foldersOf = (name: string): readonly string[] => name.split("/").slice(0, -1);

/** macOS takes accents apart, others keep them; and few systems tell capitals apart. */
const comparable = (name: string): string => name.normalize("NFC").toLowerCase();

function withoutEnding(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot < 0 || dot === name.length - 1 ? name : name.slice(0, dot);
}

/**
 * What programs put behind the name of a recording that they leave out in the name of its captions:
 * Zoom the layout and the size, Teams the time, downloaders the quality.
 */
const MEDIA_SUFFIXES = [
  /(?:_(?:gallery|avo|as|gvo|separate|speaker|shared_screen(?:_with_\w+)?)){0,3}_\d{3,4}x\d{3,4}$/,
  /-\d{8}_\d{6}(?:utc)?(?:-meeting recording)?$/,
  /-meeting recording$/,
  /[ ._-]*[[(]?(?:\d{3,4}p|[48]k)(?:\d\d)?[\])]?$/,
];
const CAPTION_SUFFIXES = [/-meeting transcript$/, / ?- transcript$/, /_original$/];

/** The names under which captions of a media file may stand, the full ones first. */
function mediaStems(mediaName: string): readonly string[] {
  const stem = comparable(withoutEnding(mediaName));
  const short = MEDIA_SUFFIXES.map((suffix) => stem.replace(suffix, "")).filter(
    (one) => one !== stem && one !== "",
  );
  return [...new Set([comparable(mediaName), stem, ...short])];
}

/** Boundaries inside a name behind which something may go on. */
const MAX_KEYS = 40;

/**
 * What a media file and its captions have in common: a captions file can belong to a media file
 * only if they share one of these.
 */
export function pairingKeys(name: string): readonly string[] {
  const whole = withoutFormat(baseOf(name));
  if (whole === null || !possibleCaptionName(baseOf(name))) return mediaStems(name);
  const lower = comparable(whole);
  const keys = new Set([lower]);
  for (const match of lower.matchAll(
    /(?<=[^\s])(?=[^\p{L}\p{N}])|(?<=[^\p{L}\p{N}])(?=[\p{L}\p{N}])/gu,
  )) {
    if (keys.size >= MAX_KEYS) break;
    if (match.index > 0) keys.add(lower.slice(0, match.index));
  }
  for (const suffix of CAPTION_SUFFIXES) keys.add(lower.replace(suffix, ""));
  const folder = foldersOf(name).at(-1);
  if (folder !== undefined) keys.add(isCaptionFolder(folder) ? IN_FOLDER : comparable(folder));
  return [...keys].filter((key) => key !== "");
}

/** The key of captions in a folder for captions, which may belong to the only media beside it. */
export const IN_FOLDER = "/";

/** Another number is another recording: "talk 2", "talk (3)", "talk part 2", "talk-2024-05-01". */
const IS_OTHER_PART =
  /^[\s._\-([#]*(?:(?:part|pt|cd|dvd|dis[ck]|vol|volume|episode|ep|e|s\d+e|chapter|ch|session|day|track|teil|partie|parte)[\s._-]*)?\d{1,4}[\])]?(?:$|[^\p{L}\p{N}])/u;

/** How a captions file fits a media file. */
interface Fit {
  readonly language: string | null;
  readonly isForced: boolean;
  /** How much of its name is the media's: the more, the surer. */
  readonly length: number;
  /** The same letters, accents and capitals too. */
  readonly isExact: boolean;
}

function fitOf(name: string, mediaName: string): Fit | null {
  const caption = possibleCaptionName(baseOf(name));
  const whole = withoutFormat(baseOf(name));
  if (!caption || whole === null) return null;
  const stem = withoutEnding(mediaName);
  const isExact = whole.startsWith(stem);
  const lower = comparable(whole);
  const own = fitByName(caption, lower, mediaName);
  if (own) return { ...own, isExact };
  const folder = foldersOf(name).at(-1);
  return folder !== undefined && comparable(folder) === comparable(stem)
    ? { ...readContinuation(` ${whole}`), length: stem.length, isExact }
    : null;
}

function fitByName(
  caption: CaptionName,
  whole: string,
  mediaName: string,
): Omit<Fit, "isExact"> | null {
  const stems = mediaStems(mediaName);
  const short = CAPTION_SUFFIXES.map((suffix) => whole.replace(suffix, ""));
  const asOne = [whole, ...short].find((one) => stems.includes(one));
  if (asOne !== undefined) return { language: null, isForced: false, length: asOne.length };
  const captionStem = comparable(caption.stem);
  if (stems.includes(captionStem)) return { ...caption, length: captionStem.length };
  const stem = stems.find((one) => whole.startsWith(one));
  if (stem === undefined) return null;
  const rest = whole.slice(stem.length);
  const isBoundary = /^[^\p{L}\p{N}]/u.test(rest) || /[^\p{L}\p{N}]$/u.test(stem);
  return isBoundary && !IS_OTHER_PART.test(rest)
    ? { ...readContinuation(rest), length: stem.length }
    : null;
}

/**
 * What the name of a captions file says of it, read beside the media that it belongs to: of
 * `talk_en.srt` or `Subs/2_English.srt` only the media's name tells where the language begins.
 */
export function describeSidecar(
  name: string,
  mediaName: string,
): Pick<CaptionName, "language" | "isForced"> {
  const own = possibleCaptionName(baseOf(name));
  const { language = null, isForced = false } =
    fitOf(name, mediaName) ?? fitOfOnly(name, mediaName, []) ?? own ?? {};
  return {
    language: language ?? own?.language ?? null,
    isForced: isForced || own?.isForced === true,
  };
}

/**
 * The media among these that a captions file belongs to: those of which its name has most. Names
 * that only seem to be media count when nothing else fits.
 */
export function ownersOf(captionsName: string, mediaNames: readonly string[]): readonly string[] {
  const fits = mediaNames.flatMap((name) => {
    const fit = fitOf(captionsName, name);
    return fit ? [{ name, length: fit.length }] : [];
  });
  const sure = fits.filter(({ name }) => candidateByName(name) === "media");
  const longest = Math.max(0, ...(sure.length > 0 ? sure : fits).map(({ length }) => length));
  return fits.filter(({ length }) => length >= longest).map(({ name }) => name);
}

const base = (language: string): string => language.split("-")[0]?.toLowerCase() ?? "";

/**
 * The captions files that belong to a media file, best first: `talk.vtt`, `talk.en.vtt`,
 * `talk.mp4.vtt`, `talk_en.vtt` or `Subs/talk.srt` for `talk.mp4`. With a wanted language files of
 * another are left; without one, those without a language come first, then English. Forced ones
 * (signs only) come last, and a name that is the same but for capitals after one that is the same.
 * `mediaBeside` are media that the captions may belong to instead.
 */
export function rankSidecars(
  mediaName: string,
  siblings: readonly string[],
  language?: string,
  mediaBeside: (captionsName: string) => readonly string[] = () => siblings,
): readonly string[] {
  const wanted = language === undefined ? undefined : (parseLanguageTag(language) ?? language);
  return siblings
    .flatMap((name) => {
      const rank = rankOf(name, mediaName, wanted, mediaBeside);
      return rank === null ? [] : [{ name, rank }];
    })
    .toSorted((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ name }) => name);
}

/** The best of these captions; null when none belongs to the media. */
export const pickSidecar = (
  mediaName: string,
  siblings: readonly string[],
  language?: string,
): string | null => rankSidecars(mediaName, siblings, language)[0] ?? null;

/** Sorts as text: what matters most comes first. */
function rankOf(
  name: string,
  mediaName: string,
  wanted: string | undefined,
  mediaBeside: (captionsName: string) => readonly string[],
): string | null {
  const fit = fitOf(name, mediaName) ?? fitOfOnly(name, mediaName, mediaBeside(name));
  if (!fit || !isOwn(name, mediaName, mediaBeside(name))) return null;
  const { language, isForced, isExact } = fit;
  if (wanted !== undefined && language !== null && base(language) !== base(wanted)) return null;
  const format = possibleCaptionName(baseOf(name))?.format;
  const byFormat = FORMATS.findIndex(({ name: one }) => one === format);
  return [
    isForced ? 1 : 0,
    // Names that anything could have come after those of captions.
    captionName(baseOf(name)) ? 0 : 1,
    isExact ? 0 : 1,
    languageRank(language, wanted),
    language ?? "",
    String(byFormat).padStart(3, "0"),
    name,
  ].join("|");
}

const isMediaName = (name: string): boolean =>
  !possibleCaptionName(name) && candidateByName(name) === "media";

function isOwn(name: string, mediaName: string, beside: readonly string[]): boolean {
  const owners = ownersOf(name, [mediaName, ...beside.filter(isMediaName)]);
  return owners.length === 0 || owners.includes(mediaName);
}

/**
 * Captions in a folder for captions belong to the only media beside it, whatever they are called.
 */
function fitOfOnly(name: string, mediaName: string, beside: readonly string[]): Fit | null {
  const folder = foldersOf(name).at(-1);
  const media = new Set([mediaName, ...beside.filter(isMediaName)]);
  if (folder === undefined || !isCaptionFolder(folder) || media.size > 1) return null;
  const whole = withoutFormat(baseOf(name));
  return whole === null ? null : { ...readContinuation(` ${whole}`), length: 0, isExact: false };
}

function languageRank(language: string | null, wanted: string | undefined): number {
  if (wanted === undefined) {
    if (language === null) return 0;
    return base(language) === "en" ? 1 : 2;
  }
  if (language === null) return 2;
  return language.toLowerCase() === wanted.toLowerCase() ? 0 : 1;
}
