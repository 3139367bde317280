import type { CaptionsMode } from "../types.ts";
import { type Candidate, objectContent } from "./scan/candidate.ts";

/** Raised when segmentation or captions reading changes what it makes of the same input. */
const PIPELINE_VERSION = 2;

export interface FingerprintOptions {
  readonly captions: CaptionsMode;
  readonly language: string | undefined;
  /** Recognisers to try in order, parted by commas. */
  readonly engine: string;
}

/** SHA-256 of the file (behind "captions-" when it is captions itself) and of the captions that were used with it, hexadecimal; "" without any. Of objects the tag. */
export interface Identity {
  readonly content: string;
  readonly captions: string;
}

/**
 * All that a transcript depends on, readable: `version|content|captions|mode|language|engine`.
 * The recogniser enters by name, not by its exact build: a new build affects new and changed files only, until asked.
 */
export function fingerprint(identity: Identity, options: FingerprintOptions): string {
  return [PIPELINE_VERSION, identity.content, identity.captions, ...optionParts(options)].join("|");
}

const optionParts = (o: FingerprintOptions): string[] => [o.captions, o.language ?? "", o.engine];

/**
 * Whether the same files would be indexed in the same way today. A transcript from captions does not depend on the recogniser; one by any of those that are to be
 * tried stays, also when it was not the first.
 */
export function sameOptions(
  stored: string,
  origin: string | null,
  options: FingerprintOptions,
): boolean {
  const [version, , , ...parts] = stored.split("|");
  if (version !== String(PIPELINE_VERSION)) return false;
  const [captions, language, engine] = optionParts(options);
  return (
    parts[0] === captions &&
    parts[1] === language &&
    ((engine ?? "").split(",").includes(parts[2] ?? "") ||
      parts[2] === engine ||
      origin === "captions")
  );
}

export function sameContent(stored: string, identity: Identity): boolean {
  const [, content, captions] = stored.split("|");
  return content === identity.content && captions === identity.captions;
}

/** What is known of an object without reading it; undefined for files of this machine. */
export function knownIdentity(
  file: Candidate,
  { captions }: Pick<FingerprintOptions, "captions">,
): Identity | undefined {
  const content = objectContent(file.kind, file);
  return content === undefined
    ? undefined
    : {
        content,
        captions:
          file.sidecar && captions !== "ignore" ? (objectContent("media", file.sidecar) ?? "") : "",
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
  file: Candidate,
): boolean =>
  (file.etag === undefined ||
    known.fingerprint?.split("|")[1] === objectContent(file.kind, file)) &&
  known.sizeBytes === file.sizeBytes &&
  known.mtimeMs === file.mtimeMs &&
  known.sidecarKey === (file.sidecar?.stat ?? "");
