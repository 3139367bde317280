import type { Location } from "../../location.ts";

export interface IndexPathsRequest {
  /**
   * Files, folders and s3:// locations, absolute; none means the folders that were indexed before,
   * and what is registered elsewhere and not done yet.
   */
  readonly locations: readonly Location[];
  /** Globs, relative to a folder: only what matches, and never what matches. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  /** Tells what would be done and changes nothing. */
  readonly dryRun?: boolean;
  /** Files whose failures are forgotten first. */
  readonly forget?: readonly Location[];
  /** Recognises anew what is indexed. */
  readonly force?: boolean;
  /** Looks only at the objects below the locations that events told of. */
  readonly hintsOnly?: boolean;
  /** Moves captions beside recordings to the times of their speech. */
  readonly resync?: boolean;
  /** Tells what there is to do as soon as that is known, for an estimate of the time. */
  readonly estimate?: boolean;
  /** Tells what is recognised at once. */
  readonly readAlong?: boolean;
  /** Goes on with what changes below the locations, until the signal aborts. */
  readonly watch?: boolean;
}
