import { createHash } from "node:crypto";
import { MediasearchError, toMediasearchError } from "../../../errors.ts";
import { isBelow, nameOf, type Location } from "../../../location.ts";
import { captionName } from "../../../media/captions/names.ts";
import { candidateByName, looksLikeMedia } from "../../../media/sniff.ts";
import { looksLikeTelephone } from "../../../media/telephone.ts";
import type { FileCandidate, ScanItem, Sidecar } from "../../scan/candidate.ts";
import type { ScanFilters } from "../../scan/scan-filters.ts";
import { type Episode, type EpisodeTranscript, looksLikeFeed, readFeed } from "./feed.ts";
import type { LinkOptions } from "./http.ts";
import { describeLink, linkTag, readLink, type RemoteFile } from "./remote-file.ts";

/** The largest feeds of today have a tenth of it. */
const MAX_FEED_BYTES = 64_000_000;

/**
 * Sites whose pages hold a player: the recording behind one needs a program that knows the site.
 */
const VIDEO_SITES =
  /(?:^|\.)(?:youtube\.com|youtu\.be|youtube-nocookie\.com|vimeo\.com|dailymotion\.com|twitch\.tv|tiktok\.com|bilibili\.com|rumble\.com|soundcloud\.com|mixcloud\.com)$/i;

export interface ListedLinks {
  /** What a feed says of its recordings, which spares a request for each. */
  readonly noted: Map<Location, FileCandidate>;
}

/** Lists the recording at a link, or all recordings of a feed. */
export async function* listLink(
  root: Location,
  filters: ScanFilters,
  options: LinkOptions,
  { noted }: ListedLinks,
): AsyncIterable<ScanItem> {
  try {
    const file = await whatIsAt(root, filters.signal, options);
    if (file !== "feed") {
      noted.delete(root);
      return yield* fileItem(candidateOf(file), filters);
    }
    for (const candidate of await episodesOf(root, filters.signal, options)) {
      if (!accepts(root, candidate.path, filters)) continue;
      noted.set(candidate.path, candidate);
      yield* fileItem(candidate, filters);
    }
  } catch (error) {
    filters.signal.throwIfAborted();
    yield { type: "unreadable", path: root, error: toMediasearchError(error, root) };
  }
}

/** The recordings of a feed lie anywhere: a glob is compared with their names. */
const accepts = (root: Location, path: Location, filters: ScanFilters): boolean =>
  filters.accepts(
    isBelow(path, root) ? root : path.slice(0, -nameOf(path).length || undefined),
    path,
  );

/**
 * Looks at what a link leads to.
 * @throws UNREADABLE_MEDIA for a page and for everything else that is no recording.
 */
export async function whatIsAt(
  root: Location,
  signal: AbortSignal,
  options: LinkOptions,
): Promise<RemoteFile | "feed"> {
  if (VIDEO_SITES.test(new URL(root).hostname)) throw pageError(root);
  const file = await describeLink(root, signal, options);
  if (looksLikeFeed(file.head, file.contentType)) return "feed";
  const isNamed = candidateByName(nameOf(root)) === "media" || captionName(nameOf(root)) !== null;
  const isPage = /^(?:text\/html|application\/xhtml\+xml)$/.test(file.contentType);
  if (isPage || /^\s*<(?:!doctype html|html)/i.test(file.head.toString("latin1")))
    throw pageError(root);
  if (
    /^\ufeff?#EXTM3U/.test(file.head.toString("utf8")) ||
    /<MPD[\s>]/.test(file.head.toString("latin1"))
  )
    throw pageError(root, "is a playlist of parts, not a recording");
  const isSound = looksLikeMedia(file.head) || looksLikeTelephone(nameOf(root), file.head);
  if (isNamed || isSound || /^(?:audio|video)\//.test(file.contentType)) return file;
  throw new MediasearchError("UNREADABLE_MEDIA", `${root}: is no recording and no feed`, {
    subject: root,
    hint: "give the address of the audio or video itself, or of a podcast's feed",
  });
}

const pageError = (root: Location, what = "is a web page, not a recording"): MediasearchError =>
  new MediasearchError("UNREADABLE_MEDIA", `${root}: ${what}; yt-dlp can download it`, {
    subject: root,
    hint: `yt-dlp --write-subs --write-info-json '${root.replaceAll("'", "%27")}', then mediasearch index FILE`,
  });

const candidateOf = (file: RemoteFile): FileCandidate => ({
  path: file.location,
  kind: captionName(nameOf(file.location)) === null ? "media" : "captions",
  sizeBytes: file.sizeBytes ?? 0,
  mtimeMs: file.mtimeMs,
  permissions: "",
  etag: linkTag(file),
  sidecar: null,
  captionsBeside: [],
});

async function episodesOf(
  root: Location,
  signal: AbortSignal,
  options: LinkOptions,
): Promise<readonly FileCandidate[]> {
  const bytes = await readLink(root, MAX_FEED_BYTES, signal, options);
  if (!bytes)
    throw new MediasearchError("UNREADABLE_MEDIA", `${root}: too large for a feed`, {
      subject: root,
    });
  const { title: show, episodes } = readFeed(bytes, root);
  if (episodes.length === 0)
    throw new MediasearchError("UNREADABLE_MEDIA", `${root}: a feed without recordings`, {
      subject: root,
    });
  return episodes.map((episode) => episodeCandidate(episode, show));
}

/** Marks tags that come from a feed and not from the server of the recording. */
const FEED_TAG = "feed-";
export const isFeedTag = (etag: string): boolean => etag.startsWith(FEED_TAG);

const digestOf = (...parts: readonly unknown[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);

function episodeCandidate(episode: Episode, show: string): FileCandidate {
  const { location, sizeBytes, publishedAtMs, guid, title, description, page } = episode;
  const sidecars = sidecarsOf(episode);
  const [sidecar = null, ...otherSidecars] = sidecars;
  return {
    path: location,
    kind: "media",
    sizeBytes,
    mtimeMs: publishedAtMs ?? 0,
    permissions: "",
    etag: FEED_TAG + digestOf(location, guid, sizeBytes, publishedAtMs),
    sidecar,
    otherSidecars,
    captionsBeside: sidecars.map(({ path }) => path),
    recordedAtMs: publishedAtMs,
    facts: {
      title: title || undefined,
      show: show || undefined,
      description: description || undefined,
      page: page || undefined,
      chapters: episode.chapters.length > 0 ? episode.chapters : undefined,
    },
    factsBeside: chapterFiles(episode),
  };
}

/** Under a name that it would have beside the recording, as `location.ts` says. */
function chapterFiles({ location, chaptersAt }: Episode): readonly Sidecar[] {
  if (chaptersAt === undefined) return [];
  const stem = nameOf(location).replace(/\.[^.]*$/, "");
  const path = `${chaptersAt}#${encodeURIComponent(`${stem}.chapters.json`)}`;
  return [{ path, sizeBytes: 0, etag: digestOf(path), stat: digestOf(path) }];
}

/** The best first: what has times and speakers in a form that everybody writes alike. */
const TRANSCRIPT_ENDINGS: Readonly<Record<string, string>> = {
  "text/vtt": ".vtt",
  "application/srt": ".srt",
  "application/x-subrip": ".srt",
  "text/srt": ".srt",
  "application/json": ".json",
};
const ENDING_ORDER = [".vtt", ".srt", ".json"];
const MAX_SIDECARS = 5;

function sidecarsOf({ location, transcripts }: Episode): readonly Sidecar[] {
  const named = transcripts.flatMap((transcript) => {
    const ending = endingOf(transcript);
    return ending === undefined ? [] : [{ transcript, ending }];
  });
  return named
    .toSorted((a, b) => ENDING_ORDER.indexOf(a.ending) - ENDING_ORDER.indexOf(b.ending))
    .slice(0, MAX_SIDECARS)
    .map(({ transcript, ending }) => {
      // The name that it would have beside the recording: `location.ts` says why.
      const stem = nameOf(location).replace(/\.[^.]*$/, "");
      const language = /^[a-z]{2,3}(?:-[a-z0-9]+)*$/i.test(transcript.language)
        ? `.${transcript.language}`
        : "";
      const path = `${transcript.location}#${encodeURIComponent(stem + language + ending)}`;
      return { path, sizeBytes: 0, etag: digestOf(path), stat: digestOf(path) };
    });
}

const endingOf = ({ location, contentType }: EpisodeTranscript): string | undefined =>
  TRANSCRIPT_ENDINGS[contentType] ??
  ENDING_ORDER.find((ending) => nameOf(location).toLowerCase().endsWith(ending));

async function* fileItem(file: FileCandidate, { seenFiles }: ScanFilters): AsyncIterable<ScanItem> {
  if (seenFiles.has(file.path)) return;
  seenFiles.add(file.path);
  yield { type: "file", file };
}
