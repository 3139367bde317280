import type { AssetId, ReadableCatalog } from "../../backends/catalog.ts";
import type { Job } from "../../backends/job-store.ts";
import type { Location } from "../../location.ts";
import type { MediaInput } from "../../media/byte-source.ts";
import type { ScanItem } from "../scan/candidate.ts";
import type { ScanFilters } from "../scan/scan-filters.ts";

/**
 * Where media comes from: folders of this machine, buckets, links. Each implementation has a folder
 * beside this file and a line in `registry.ts`, and passes `media-source.contract.ts`, but for
 * links: a link has nothing below it, so its laws are in `link/link.test.ts`. All members reject
 * with a MediasearchError, or with the signal's reason when aborted. A failure to look is never
 * proof that a file is gone.
 */
export interface MediaSource {
  /**
   * Yields every media file at or below `root`, and every captions file that has no media beside
   * it, each once, in a stable order. Names that begin with a dot are left out below the root.
   * What can't be read is an item of its own and does not end the listing; settings or a server
   * that would fail for every root reject.
   */
  list(root: Location, filters: ScanFilters): AsyncIterable<ScanItem>;
  /**
   * Whether a root holds files that come and go, as a folder, a prefix and a feed do. What can't be
   * looked at holds none.
   */
  isCollection(root: Location, signal: AbortSignal): Promise<boolean>;
  /** Resolves with undefined only when nothing is at this location. */
  stat(location: Location, signal: AbortSignal): Promise<SourceStat | undefined>;
  /** Reads the first bytes, at most `maxBytes`, fewer when the file is shorter. */
  head(location: Location, maxBytes: number, signal: AbortSignal): Promise<Buffer>;
  /**
   * Opens a file for decoding; its bytes are fetched as they are needed. When `listed` is given the
   * file must still be that: else reading rejects with IO_FAILED, and never mixes two contents.
   */
  open(
    location: Location,
    listed: ListedContent | undefined,
    signal: AbortSignal,
  ): Promise<MediaInput>;
  /** Reads a small file whole; resolves with undefined when it is larger than `maxBytes`. */
  read(location: Location, maxBytes: number, signal: AbortSignal): Promise<Buffer | undefined>;
  /**
   * Yields locations that came, changed or went below the roots, in batches, or a root or folder
   * that is to be listed again. Once the first batch has been asked for, nothing is missed that
   * changes while the roots are listed. Ends by rejecting with the signal's reason.
   */
  watch(roots: readonly Location[], options: WatchOptions): Promise<AsyncIterable<LocationBatch>>;
  /**
   * Sorts what `watch` yielded: what to list, and which assets are gone with all below a folder
   * that is gone. Media whose captions are gone is listed again. Assets of a volume that is not
   * mounted are not gone.
   */
  sortChanges(
    changed: readonly Location[],
    roots: readonly Location[],
    catalog: KnownAssets,
  ): Promise<SortedChanges>;
  /**
   * Finds assets below the roots that were deleted, and tells them from those whose volume or
   * server is another one just now: where nothing at all is left, nothing counts as deleted.
   */
  findDeleted(roots: readonly Location[], knownFiles: KnownFiles): Promise<Deletions>;
}

export interface SourceStat {
  readonly sizeBytes: number;
  /** Unix milliseconds. */
  readonly mtimeMs: number;
  /** What the content is known by without reading it, where the source has such a thing. */
  readonly etag?: string | undefined;
}

/** A file as it was listed. */
export interface ListedContent {
  readonly sizeBytes: number;
  readonly etag: string;
}

export interface WatchOptions {
  readonly signal: AbortSignal;
  /** Told once each: a root that can't be watched or is gone, and one that is back. */
  readonly onNotice: (text: string) => void;
}

export type LocationBatch = readonly Location[];

export interface SortedChanges {
  /** Files and folders to list. */
  readonly there: readonly Location[];
  readonly gone: readonly AssetId[];
}

export type KnownAssets = Pick<ReadableCatalog, "get" | "list">;

export interface KnownFiles {
  /** In the order of the UTF-8 bytes of their ids. */
  readonly catalog: Pick<KnownAssets, "list">;
  /** Files that failed before. */
  readonly jobs: readonly Pick<Job, "id" | "updatedAtMs">[];
  readonly signal: AbortSignal;
}

export interface Deletions {
  readonly deleted: readonly AssetId[];
  /** Jobs of files that are gone: nothing is left to be told about them. */
  readonly forgotten: readonly AssetId[];
  /** Folders that look like a volume that is not mounted, with the number of their assets. */
  readonly offline: ReadonlyMap<Location, number>;
}

/** The sources that a program has. */
export interface MediaSources {
  /** The source that this location belongs to. */
  of(location: Location): MediaSource;
}

/** Locations by the source that they belong to, in the order in which sources first occur. */
export function bySource(
  locations: readonly Location[],
  sources: MediaSources,
): ReadonlyMap<MediaSource, readonly Location[]> {
  return Map.groupBy(locations, (location) => sources.of(location));
}

/** Whether nothing is at this location. A failure to look is no proof of it. */
export async function isMediaGone(location: Location, sources: MediaSources): Promise<boolean> {
  const { signal } = new AbortController();
  return sources
    .of(location)
    .stat(location, signal)
    .then(
      (stat) => stat === undefined,
      () => false,
    );
}
