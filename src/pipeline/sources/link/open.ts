import { setTimeout as sleep } from "node:timers/promises";
import { MediasearchError } from "../../../errors.ts";
import { nameOf, type Location } from "../../../location.ts";
import type { ByteSource } from "../../../media/byte-source.ts";
import type { FileCandidate } from "../../scan/candidate.ts";
import type { LocationBatch, MediaSource, SourceStat, WatchOptions } from "../media-source.ts";
import { ChangedError, type LinkOptions } from "./http.ts";
import { isFeedTag, listLink, whatIsAt } from "./list.ts";
import { describeLink, linkTag, openLink, readLink } from "./remote-file.ts";

export interface LinkSourceOptions extends LinkOptions {
  /** How often a link that is watched is looked at. */
  readonly pollMs?: number | undefined;
}

/** Whoever asks a podcast's host more often is a burden to it. */
const DEFAULT_POLL_MS = 900_000;

/**
 * Recordings behind links, and podcasts. Nothing counts as deleted: feeds forget old recordings
 * that are still there, and a server that says 404 today has them tomorrow.
 */
export function openLinkSource({
  pollMs = DEFAULT_POLL_MS,
  ...options
}: LinkSourceOptions): MediaSource {
  const noted = new Map<Location, FileCandidate>();
  let last: { readonly key: string; readonly bytes: Promise<ByteSource> } | undefined;
  return {
    list: (root, filters) => listLink(root, filters, options, { noted }),
    async isCollection(location, signal) {
      return (await whatIsAt(location, signal, options).catch(() => undefined)) === "feed";
    },
    async stat(location, signal) {
      const known = noted.get(location);
      return known ? statOf(known) : statLink(location, signal, options);
    },
    async head(location, maxBytes, signal) {
      const { head } = await describeLink(location, signal, options);
      return head.subarray(0, maxBytes);
    },
    open(location, listed, signal) {
      const key = `${location} ${listed?.etag ?? ""}`;
      // A file is opened several times on its way: its windows are fetched once.
      if (last?.key === key && listed !== undefined) return last.bytes;
      const bytes = openChecked(location, listed?.etag, signal, options);
      bytes.catch(() => {
        last = undefined;
      });
      last = { key, bytes };
      return bytes;
    },
    read: (location, maxBytes, signal) => readLink(location, maxBytes, signal, options),
    watch: async (roots, watching) => watchLinks(roots, watching, pollMs),
    sortChanges: async (changed) => ({ there: changed, gone: [] }),
    findDeleted: async () => ({ deleted: [], forgotten: [], offline: new Map() }),
  };
}

const statOf = ({ sizeBytes, mtimeMs, etag }: FileCandidate): SourceStat => ({
  sizeBytes,
  mtimeMs,
  etag,
});

async function statLink(
  location: Location,
  signal: AbortSignal,
  options: LinkOptions,
): Promise<SourceStat | undefined> {
  try {
    const file = await describeLink(location, signal, options);
    return { sizeBytes: file.sizeBytes ?? 0, mtimeMs: file.mtimeMs, etag: linkTag(file) };
  } catch (error) {
    if (error instanceof MediasearchError && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}

async function openChecked(
  location: Location,
  etag: string | undefined,
  signal: AbortSignal,
  options: LinkOptions,
): Promise<ByteSource> {
  const file = await describeLink(location, signal, options);
  if (etag !== undefined && !isFeedTag(etag) && linkTag(file) !== etag)
    throw new ChangedError(location);
  if (/^text\/html$/.test(file.contentType))
    throw new MediasearchError(
      "UNREADABLE_MEDIA",
      `${location}: its server sends a web page in place of ${nameOf(location) || "it"}`,
      { subject: location },
    );
  return openLink(file, signal, options);
}

/** Feeds tell nobody that they grew: they are listed again and again. */
async function* watchLinks(
  roots: readonly Location[],
  { signal }: WatchOptions,
  pollMs: number,
): AsyncIterable<LocationBatch> {
  for (;;) {
    await sleep(pollMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    yield roots;
  }
}
