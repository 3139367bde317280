import type { FileLocation } from "../../backends/catalog.ts";
import type { MediasearchError } from "../../errors.ts";
import type { Location } from "../../location.ts";
import type { MediaFacts } from "../../types.ts";

/** A file that could be indexed. `path` is its location, and the id of its asset. */
export interface FileCandidate {
  readonly path: Location;
  readonly kind: "media" | "captions";
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  /** Mode and owner: who is let in may change and size and time stay. "" for objects. */
  readonly permissions: string;
  /**
   * What the content is known by without reading it: the tag of an object. Files of this machine
   * have none.
   */
  readonly etag?: string | undefined;
  /** The captions file beside a media file; null without one and for captions themselves. */
  readonly sidecar: Sidecar | null;
  /**
   * Further captions that suit its language, best first: for when the first does not carry the
   * speech.
   */
  readonly otherSidecars?: readonly Sidecar[] | undefined;
  /** Every captions file that belongs to it, in other languages too. */
  readonly captionsBeside: readonly Location[];
  /** The files that it consists of, in their order, when `path` only lists them: HLS, DASH. */
  readonly parts?: readonly Location[] | undefined;
  /** Files beside it in which other programs wrote titles and the like. */
  readonly factsBeside?: readonly Sidecar[] | undefined;
  /** What the work is called that its folder holds as numbered files, such as an audiobook. */
  readonly work?: string | undefined;
  /** When it was recorded or published, Unix milliseconds, where its source says so. */
  readonly recordedAtMs?: number | null | undefined;
  /** What its source says of it: a feed knows titles. */
  readonly facts?: MediaFacts | undefined;
}

export interface Sidecar {
  readonly path: Location;
  readonly stat: string;
  readonly sizeBytes: number;
  readonly etag?: string | undefined;
}

export type ScanItem =
  | { readonly type: "file"; readonly file: FileCandidate }
  /** Another name of a file that was listed before. */
  | { readonly type: "alias"; readonly path: Location; readonly of: Location }
  | { readonly type: "unreadable"; readonly path: string; readonly error: MediasearchError };

export interface ScanOptions {
  /**
   * Globs relative to each root; a file must match one of `include` (when there are any) and none
   * of `exclude`.
   */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly language: string | undefined;
  readonly signal: AbortSignal;
  /**
   * Folders that the roots lie in, when files were not named by the user but found there: the rules
   * of a walk apply to them.
   */
  readonly within?: readonly string[] | undefined;
}

/**
 * The identity of an object's content: its tag and size. Hashing would read a whole film where a
 * few percent of it, its sound, are needed. Tags are MD5 for what was written in one request and
 * depend on the size of the parts otherwise, so a copy made in the same way is known as one.
 */
export const objectContent = (
  kind: FileCandidate["kind"],
  { etag, sizeBytes }: { readonly etag?: string | undefined; readonly sizeBytes: number },
): string | undefined =>
  etag === undefined
    ? undefined
    : `${kind === "captions" ? "captions-" : ""}etag-${encodeURIComponent(etag)}-${sizeBytes}`;

/** What tells whether the captions and facts beside a file changed, or which ones there are. */
export const sidecarKeyOf = ({
  sidecar,
  otherSidecars = [],
  factsBeside = [],
}: Pick<FileCandidate, "sidecar" | "otherSidecars" | "factsBeside">): string =>
  [...(sidecar ? [sidecar, ...otherSidecars] : []), ...factsBeside]
    .map(({ stat }) => stat)
    .join("\n");

/** What the library keeps of the file itself. */
export const fileFacts = (file: FileCandidate): FileLocation => ({
  id: file.path,
  sizeBytes: file.sizeBytes,
  mtimeMs: file.mtimeMs,
  sidecarKey: sidecarKeyOf(file),
});
