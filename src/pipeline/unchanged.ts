import { type EngineChain, formatEngineChain } from "../engine-chain.ts";
import {
  type ContentDigest,
  type Fingerprint,
  formatFingerprint,
  parseFingerprint,
  PIPELINE_VERSION,
  RECOGNISED_SINCE,
} from "../fingerprint.ts";
import {
  formatSelection,
  parseSelection,
  type SelectionRequest,
  suitsSelection,
} from "../selection.ts";
import type { CaptionsMode, Language, Origin } from "../types.ts";
import { type FileCandidate, objectContent, sidecarKeyOf } from "./scan/candidate.ts";

/** The options of a run that change what becomes of a file. */
export interface TranscriptOptions extends SelectionRequest {
  readonly captions: CaptionsMode;
  /** The code page of captions that the user names. */
  readonly captionsEncoding?: string | undefined;
  readonly language: string | undefined;
  readonly engines: EngineChain;
  /** Whether recognisers can make more of it now; undefined where nothing has changed. */
  readonly isHeardBetter?: ((stored: StoredTranscript) => boolean) | undefined;
  /** Digest of the terms that a recogniser is to expect; undefined where it is left as it is. */
  readonly termsFor?: ((engine: string) => string | undefined) | undefined;
  /** Whether speakers are to be told apart, and how many; undefined when that is left as it is. */
  readonly speakers?: string | number | undefined;
}

/** The fingerprint of a transcript that is made of this content with these options. */
export const fingerprintOf = (
  { content, captions }: ContentDigest,
  options: TranscriptOptions,
): Fingerprint => ({
  version: String(PIPELINE_VERSION),
  content,
  captions,
  mode: modeOf(options, captions !== "" || isCaptionsItself(content)),
  language: options.language ?? "",
  engine: formatEngineChain(options.engines),
  selection: isCaptionsItself(content) ? "" : formatSelection({ request: options }),
  speakers:
    options.speakers === undefined || options.speakers === "off"
      ? undefined
      : String(options.speakers),
  terms: options.engines.flatMap((engine) => options.termsFor?.(engine) ?? [])[0],
});

const isCaptionsItself = (content: string): boolean => content.startsWith("captions-");

/**
 * How captions are used, `prefer` or `prefer:cp866`: a code page that is named matters to captions.
 */
const modeOf = ({ captions, captionsEncoding }: TranscriptOptions, hasCaptions: boolean): string =>
  captionsEncoding !== undefined && hasCaptions ? `${captions}:${captionsEncoding}` : captions;

/** As `fingerprintOf`, as the library keeps it. */
export const fingerprint = (digest: ContentDigest, options: TranscriptOptions): string =>
  formatFingerprint(fingerprintOf(digest, options));

/** A transcript that the library has, current or archived. */
export interface StoredTranscript {
  readonly fingerprint: string;
  readonly origin: Origin | null;
  /** The id of the recogniser, or what captions were read from. */
  readonly engine: string | null;
  /** The language that it is in. */
  readonly language: Language | null;
}

/**
 * Whether a stored transcript is what a run with these options would make of the same content.
 * "unless-track": it is, unless the media have captions that the earlier run did not look for, or
 * could not read.
 */
export type Fit = "yes" | "no" | "unless-track";

/**
 * How well a stored transcript of the same content suits. Recognition is expensive, so it counts
 * whatever the options of its run, as long as its recogniser is one of those that are to be tried
 * and its language is the one that is asked for. `captions` is the digest of the captions that are
 * to be used now, "" without any.
 */
export function fitOf(stored: StoredTranscript, options: TranscriptOptions, captions: string): Fit {
  const made = parseFingerprint(stored.fingerprint);
  // What a person brought has no engine that could do it again.
  if (stored.engine === IMPORTED) return "yes";
  const since = stored.origin === "asr" ? RECOGNISED_SINCE : PIPELINE_VERSION;
  if (!versionsSince(since).includes(made.version)) return "no";
  if (stored.origin === "asr" && options.isHeardBetter?.(stored)) return "no";
  return stored.origin === "captions"
    ? captionsFit(made, stored, options, captions)
    : recognitionFit(made, stored, options, captions);
}

/** The engine of transcripts that were imported without facts of their own. */
export const IMPORTED = "import";

/** Captions of these formats may be in several languages, of which one was read. */
const IN_SEVERAL = new Set(["captions:sami", "captions:ttml"]);

function captionsFit(
  made: Fingerprint,
  { engine, language }: StoredTranscript,
  options: TranscriptOptions,
  captions: string,
): Fit {
  if (options.captions === "ignore" || made.captions !== captions) return "no";
  const hasCaptions = captions !== "" || isCaptionsItself(made.content);
  if (hasCaptions && encodingOf(made) !== options.captionsEncoding) return "no";
  // Captions by themselves have no tracks.
  if (!isCaptionsItself(made.content) && !suitsRequest(made, options, "subtitles")) return "no";
  // Which file of captions is used was decided before; which track inside the media was not.
  const isChosen = (engine?.startsWith("captions:") ?? false) && !IN_SEVERAL.has(engine ?? "");
  return isChosen || isLanguage(made, language, options) ? "yes" : "no";
}

function recognitionFit(
  made: Fingerprint,
  { language }: StoredTranscript,
  options: TranscriptOptions,
  captions: string,
): Fit {
  const isOfEngine =
    options.engines.some((name) => name === made.engine) ||
    made.engine === formatEngineChain(options.engines);
  const suits =
    isOfEngine &&
    hasSpeakers(made, options) &&
    hasTerms(made, options) &&
    (options.language === undefined || isLanguage(made, language, options));
  if (!suits || options.captions === "only" || !suitsRequest(made, options, "sound")) return "no";
  if (options.captions === "ignore") return "yes";
  // Captions that were tried and could not be read are no reason to begin anew.
  if (captions !== "" && captions !== made.captions) return "no";
  const isLookedFor =
    made.version === String(PIPELINE_VERSION) &&
    made.mode.split(":")[0] === "prefer" &&
    made.language === (options.language ?? "") &&
    suitsRequest(made, options, "subtitles");
  return isLookedFor ? "yes" : "unless-track";
}

const suitsRequest = (
  { selection }: Fingerprint,
  asked: SelectionRequest,
  part: "sound" | "subtitles",
): boolean => suitsSelection(asked, parseSelection(selection ?? ""), part);

/** Speakers that nobody asked for are welcome; those that are asked for must have been then. */
const hasSpeakers = ({ speakers }: Fingerprint, { speakers: asked }: TranscriptOptions): boolean =>
  asked === undefined || String(asked) === (speakers ?? "off");

/** The same of terms: whoever names none does not ask for a transcript without them. */
function hasTerms({ engine, terms }: Fingerprint, { termsFor }: TranscriptOptions): boolean {
  const asked = termsFor?.(engine);
  return asked === undefined || asked === terms;
}

/** The language that is asked for was asked for then, or turned out to be the one. */
function isLanguage(
  made: Fingerprint,
  language: Language | null,
  { language: asked = "" }: TranscriptOptions,
): boolean {
  const primary = (tag: string): string => tag.toLowerCase().split("-")[0] ?? "";
  return asked === made.language || (asked !== "" && primary(asked) === primary(language ?? ""));
}

/** The code page that captions were read in because the user named it. */
const encodingOf = ({ mode }: Fingerprint): string | undefined => mode.split(":")[1];

const versionsSince = (version: number): readonly string[] =>
  Array.from({ length: PIPELINE_VERSION - version + 1 }, (_, i) => String(version + i));

/** What the fingerprints of all transcripts of this content begin with, those of today first. */
export const contentPrefixes = ({ content }: ContentDigest): readonly string[] =>
  versionsSince(RECOGNISED_SINCE)
    .map((version) => `${version}|${content}|`)
    .toReversed();

export function sameContent(stored: string, digest: ContentDigest): boolean {
  return parseFingerprint(stored).content === digest.content;
}

/** The captions that a file would be indexed with, as far as that is known without reading them. */
export function captionsBySize(
  file: FileCandidate,
  stored: string,
  { captions: mode }: Pick<TranscriptOptions, "captions">,
): string {
  if (file.sidecar === null || mode === "ignore") return "";
  const { captions } = parseFingerprint(stored);
  return captions === "" ? UNREAD : captions;
}

/** Captions that nobody has read yet. */
const UNREAD = "unread";

/** What is known of an object without reading it; undefined for files of this machine. */
export function knownDigest(
  file: FileCandidate,
  { captions }: Pick<TranscriptOptions, "captions">,
): ContentDigest | undefined {
  const content = objectContent(file.kind, file);
  if (content === undefined) return undefined;
  if (file.sidecar === null || captions === "ignore") return { content, captions: "" };
  const sidecars = [file.sidecar, ...(file.otherSidecars ?? [])];
  return {
    content,
    captions: sidecars.map((sidecar) => objectContent("media", sidecar) ?? "").join("+"),
  };
}

/** The fast path: size, time and captions beside it are as they were, and an object's tag. */
export const sameStat = (
  known: {
    readonly sizeBytes: number;
    readonly mtimeMs: number;
    readonly sidecarKey: string;
    readonly fingerprint: string | null;
  },
  file: FileCandidate,
): boolean =>
  (file.etag === undefined ||
    (known.fingerprint !== null &&
      parseFingerprint(known.fingerprint).content === objectContent(file.kind, file))) &&
  known.sizeBytes === file.sizeBytes &&
  known.mtimeMs === file.mtimeMs &&
  known.sidecarKey === sidecarKeyOf(file);
