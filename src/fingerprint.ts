/** Raised when segmentation or captions reading changes what it makes of the same input. */
export const PIPELINE_VERSION = 4;
/**
 * Since this version only the reading of captions changed: what was recognised is as it would be
 * today, unless captions that could not be read then can be now.
 */
export const RECOGNISED_SINCE = 2;

/**
 * All that a transcript depends on. The library keeps it as readable text,
 * `version|content|captions|mode|language|engine`, and further parts that their beginnings tell:
 * what of the file was taken, and that the transcript was edited. Where speakers were told apart,
 * the engine is `local+speakers=auto` or with their number; so it is with the user's terms. Two
 * versions with the same text hold the same transcript.
 */
export interface Fingerprint {
  /** The number of the pipeline that made it. */
  readonly version: string;
  /** Digest of the media; see `ContentDigest`. */
  readonly content: string;
  /** Digest of the captions that were used; "" without any. */
  readonly captions: string;
  /** How captions were to be used. */
  readonly mode: string;
  /** The language that was asked for; "" when none was. */
  readonly language: string;
  /**
   * The recogniser by name, not by its exact build: a new build affects new and changed files
   * only. While a file is under way it is the whole chain, as `formatEngineChain` writes it.
   */
  readonly engine: string;
  /**
   * Which tracks and channels were asked for and taken, as `formatSelection` writes it; absent
   * where there is nothing to say.
   */
  readonly selection?: string | undefined;
  /** "auto" or the number that was given, where speakers were told apart by their voices. */
  readonly speakers?: string | undefined;
  /** Digest of the terms that the recogniser was to expect; absent without any. */
  readonly terms?: string | undefined;
  /** Digest of the edited text, behind "edited-"; absent when nobody changed the transcript. */
  readonly edit?: string | undefined;
}

/** What a file and the captions beside it hold. */
export interface ContentDigest {
  /**
   * SHA-256 of the file, hexadecimal, behind "captions-" when it is captions itself; of an object
   * its tag and size.
   */
  readonly content: string;
  /** The same of the captions that are used with it; "" without any. */
  readonly captions: string;
}

const SELECTION = "selection-";
const SPEAKERS = "speakers=";
const TERMS = "terms=";

/** Reads any stored text; parts that it lacks are "". */
export function parseFingerprint(text: string): Fingerprint {
  const [
    version = "",
    content = "",
    captions = "",
    mode = "",
    language = "",
    engineText = "",
    ...more
  ] = text.split("|");
  const [engine = "", ...extras] = engineText.split("+");
  const extra = (name: string): string | undefined =>
    extras.find((part) => part.startsWith(name))?.slice(name.length);
  const selection = more.find((part) => part.startsWith(SELECTION))?.slice(SELECTION.length);
  const edit = more.find((part) => !part.startsWith(SELECTION));
  return {
    version,
    content,
    captions,
    mode,
    language,
    engine,
    speakers: extra(SPEAKERS),
    terms: extra(TERMS),
    selection,
    edit,
  };
}

export function formatFingerprint(fingerprint: Fingerprint): string {
  const { version, content, captions, mode, language, engine, speakers, terms, selection, edit } =
    fingerprint;
  return [
    version,
    content,
    captions,
    mode,
    language,
    [
      engine,
      ...(speakers === undefined ? [] : [`${SPEAKERS}${speakers}`]),
      ...(terms === undefined ? [] : [`${TERMS}${terms}`]),
    ].join("+"),
    ...(selection ? [`${SELECTION}${selection}`] : []),
    ...(edit === undefined ? [] : [edit]),
  ].join("|");
}

/**
 * The fingerprint of what was read while the file changed: it is neither what was there before nor
 * what is there now, so that no other file takes it over and the next run reads the file again.
 */
export const asChanging = (fingerprint: Fingerprint): Fingerprint => ({
  ...fingerprint,
  content: `changing-${fingerprint.content}`,
});
