/**
 * What a manifest says of the files of its package, all as it writes them: relative to the
 * manifest, with `/`.
 */
export interface PackageParts {
  /** Other manifests that are to be read: of the rendition that is heard, then of the others. */
  readonly manifests: readonly string[];
  /** The files whose bytes, one after the other, are the rendition that is heard. */
  readonly heard: readonly NamePattern[];
  /** The manifest of the best picture, where the sound is apart; one of `manifests`. */
  readonly pictures?: string | undefined;
  /** The files of the best picture, where the sound is apart. */
  readonly shown?: readonly NamePattern[] | undefined;
  /** All files of all renditions. */
  readonly all: readonly NamePattern[];
  /** Why it can't be read; undefined where it can. */
  readonly problem?: string | undefined;
}

/**
 * A name, or a pattern for all names that a template makes, in the order of the numbers in them.
 */
export type NamePattern = string | RegExp;
