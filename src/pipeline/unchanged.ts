import { type EngineChain, formatEngineChain } from "../engine-chain.ts";
import {
  type ContentDigest,
  type Fingerprint,
  formatFingerprint,
  parseFingerprint,
} from "../fingerprint.ts";
import type { CaptionsMode } from "../types.ts";
import { type FileCandidate, objectContent } from "./scan/candidate.ts";

/** Raised when segmentation or captions reading changes what it makes of the same input. */
const PIPELINE_VERSION = 2;

/** The options of a run that change what becomes of a file. */
export interface TranscriptOptions {
  readonly captions: CaptionsMode;
  readonly language: string | undefined;
  readonly engines: EngineChain;
}

/** The fingerprint of a transcript that is made of this content with these options. */
export const fingerprintOf = (
  { content, captions }: ContentDigest,
  options: TranscriptOptions,
): Fingerprint => ({
  version: String(PIPELINE_VERSION),
  content,
  captions,
  mode: options.captions,
  language: options.language ?? "",
  engine: formatEngineChain(options.engines),
});

/** As `fingerprintOf`, as the library keeps it. */
export const fingerprint = (digest: ContentDigest, options: TranscriptOptions): string =>
  formatFingerprint(fingerprintOf(digest, options));

/**
 * Whether the same files would be indexed in the same way today. A transcript from captions does
 * not depend on the recogniser. One by any recogniser that is to be tried stays, also when it was
 * not the first.
 */
export function sameOptions(
  stored: string,
  origin: string | null,
  options: TranscriptOptions,
): boolean {
  const { version, mode, language, engine } = parseFingerprint(stored);
  return (
    version === String(PIPELINE_VERSION) &&
    mode === options.captions &&
    language === (options.language ?? "") &&
    (options.engines.some((name) => name === engine) ||
      engine === formatEngineChain(options.engines) ||
      origin === "captions")
  );
}

export function sameContent(stored: string, digest: ContentDigest): boolean {
  const { content, captions } = parseFingerprint(stored);
  return content === digest.content && captions === digest.captions;
}

/** What is known of an object without reading it; undefined for files of this machine. */
export function knownDigest(
  file: FileCandidate,
  { captions }: Pick<TranscriptOptions, "captions">,
): ContentDigest | undefined {
  const content = objectContent(file.kind, file);
  if (content === undefined) return undefined;
  const isUsed = file.sidecar !== null && captions !== "ignore";
  return {
    content,
    captions: isUsed && file.sidecar ? (objectContent("media", file.sidecar) ?? "") : "",
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
  known.sidecarKey === (file.sidecar?.stat ?? "");
