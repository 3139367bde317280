import type { Location } from "../../../location.ts";
import { isLink } from "../../../location.ts";
import { decodeText } from "../../../media/captions/decode-text.ts";
import { readXml, type XmlElement } from "../../../media/captions/xml.ts";
import { cleanDate } from "../../../text/untrusted.ts";
import type { Chapter } from "../../../types.ts";

/** One recording of a podcast. */
export interface Episode {
  readonly location: Location;
  /** As the feed says, which is often wrong; 0 where it does not. */
  readonly sizeBytes: number;
  readonly title: string;
  readonly description: string;
  readonly publishedAtMs: number | null;
  /** What the publisher knows it by. */
  readonly guid: string;
  /** Its page on the web. */
  readonly page: string;
  readonly transcripts: readonly EpisodeTranscript[];
  /** A file of chapters (`podcast:chapters`); undefined where it names none. */
  readonly chaptersAt: Location | undefined;
  /** Those that stand in the feed itself (`psc:chapters`). */
  readonly chapters: readonly Chapter[];
}

export interface EpisodeTranscript {
  readonly location: Location;
  /** In small letters, without parameters; "" where the feed does not say. */
  readonly contentType: string;
  /** As the feed says; "" where it does not. */
  readonly language: string;
}

export interface Feed {
  readonly title: string;
  readonly episodes: readonly Episode[];
  /** Entries with a recording whose address is no link that can be read. */
  readonly unusable: number;
}

/** No podcast has more. */
const MAX_EPISODES = 20_000;
const MAX_LINE = 500;
const MAX_DESCRIPTION = 4000;

/** Whether a file begins like RSS or Atom. */
export const looksLikeFeed = (head: Buffer, contentType: string): boolean =>
  /<(?:rss|feed|rdf:RDF)[\s>]/.test(head.toString("latin1")) ||
  /^application\/(?:rss|atom)\+xml$/.test(contentType);

interface Draft {
  readonly texts: Map<string, string>;
  /** Elements whose text is complete: `itunes:title` comes beside `title`, and the first counts. */
  readonly done: Set<string>;
  readonly enclosures: { readonly url: string; readonly type: string; readonly length: string }[];
  readonly transcripts: EpisodeTranscript[];
  readonly chapters: Chapter[];
  chaptersAt: Location | undefined;
  page: string;
}

const ITEM = new Set(["item", "entry"]);
const TOP = new Set(["channel", "feed"]);
/** Elements of an entry whose text counts; the first of each name does. */
const TEXTS = new Set([
  "title",
  "description",
  "summary",
  "guid",
  "id",
  "pubdate",
  "published",
  "updated",
  "date",
  "link",
]);

/**
 * Reads RSS 2.0 (https://www.rssboard.org/rss-specification), Atom (RFC 4287) and the transcripts
 * of https://podcasting2.org. Entries without a recording are left out.
 */
export function readFeed(bytes: Buffer, base: Location): Feed {
  let title = "";
  let unusable = 0;
  const episodes: Episode[] = [];
  let draft: Draft | undefined;
  readXml(decodeText(bytes), {
    open(element, parents) {
      if (ITEM.has(element.name)) draft = newDraft();
      else if (draft && ITEM.has(parents.at(-1)?.name ?? "")) noteElement(draft, element, base);
      else if (draft && isInner(element, parents.at(-1))) noteElement(draft, element, base);
    },
    text(said, open) {
      const [element, parent] = [open.at(-1), open.at(-2)];
      if (!element || !parent) return;
      if (draft && ITEM.has(parent.name)) noteText(draft, element.name, said);
      else if (!draft && element.name === "title" && TOP.has(parent.name)) title += said;
    },
    close(element, parents) {
      if (!draft) return;
      if (ITEM.has(parents.at(-1)?.name ?? "") && draft.texts.get(element.name)?.trim())
        draft.done.add(element.name);
      if (!ITEM.has(element.name)) return;
      const made = episodeOf(draft, base);
      if (made === "unusable") unusable++;
      else if (made && episodes.length < MAX_EPISODES) episodes.push(made);
      draft = undefined;
    },
  });
  return { title: lineOf(title, MAX_LINE), episodes, unusable };
}

const newDraft = (): Draft => ({
  texts: new Map(),
  done: new Set(),
  enclosures: [],
  transcripts: [],
  chapters: [],
  chaptersAt: undefined,
  page: "",
});

/** Elements that stand in another one of an entry: `media:content`, `psc:chapter`. */
const isInner = ({ name }: XmlElement, parent: XmlElement | undefined): boolean =>
  (name === "content" && parent?.name === "group") ||
  (name === "chapter" && parent?.name === "chapters");

function noteElement(draft: Draft, { name, attributes }: XmlElement, base: Location): void {
  const of = (key: string): string => attributes.get(key) ?? "";
  const type = of("type").split(";")[0]?.trim().toLowerCase() ?? "";
  if (name === "enclosure" || (name === "content" && of("url") !== ""))
    draft.enclosures.push({ url: of("url"), type, length: of("length") || of("filesize") });
  else if (name === "link" && of("rel") === "enclosure")
    draft.enclosures.push({ url: of("href"), type, length: of("length") });
  else if (name === "link" && of("href") !== "" && draft.page === "") draft.page = of("href");
  else if (name === "chapters") draft.chaptersAt ??= linkOf(of("url"), base);
  else if (name === "chapter") noteChapter(draft, of("start"), of("title"));
  else if (name === "transcript") {
    const location = linkOf(of("url"), base);
    if (location !== undefined)
      draft.transcripts.push({ location, contentType: type, language: of("language") });
  }
}

const MAX_CHAPTERS = 1000;

/** Podlove Simple Chapters, https://podlove.org/simple-chapters/: `01:02:03.500`, `02:03`, `3.5`. */
function noteChapter({ chapters }: Draft, start: string, title: string): void {
  const [, hours = 0, minutes = 0, seconds] =
    /^(?:(?:(\d{1,3}):)?(\d{1,2}):)?(\d{1,5}(?:\.\d+)?)$/.exec(start.trim()) ?? [];
  if (seconds === undefined || chapters.length >= MAX_CHAPTERS) return;
  const startMs = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  chapters.push({ startMs: Math.round(startMs), endMs: Number.POSITIVE_INFINITY, title });
}

function noteText({ texts, done }: Draft, name: string, said: string): void {
  if (!TEXTS.has(name) || done.has(name)) return;
  const before = texts.get(name) ?? "";
  if (before.length < MAX_DESCRIPTION * 4) texts.set(name, before + said);
}

/** undefined for an entry without a recording. */
function episodeOf(draft: Draft, base: Location): Episode | "unusable" | undefined {
  const recording =
    draft.enclosures.find(({ type }) => /^(?:audio|video)\//.test(type)) ??
    draft.enclosures.find(({ type }) => !/^(?:image|text)\//.test(type));
  if (!recording) return undefined;
  const location = linkOf(recording.url, base);
  if (location === undefined) return "unusable";
  const text = (...names: readonly string[]): string =>
    names.map((name) => draft.texts.get(name) ?? "").find((one) => one.trim() !== "") ?? "";
  const size = Number(recording.length);
  return {
    location,
    sizeBytes: Number.isSafeInteger(size) && size > 0 ? size : 0,
    title: lineOf(text("title"), MAX_LINE),
    description: lineOf(withoutTags(text("description", "summary")), MAX_DESCRIPTION),
    publishedAtMs: dateOf(text("pubdate", "published", "date", "updated")),
    guid: lineOf(text("guid", "id"), MAX_LINE),
    page: linkOf(draft.page || text("link"), base) ?? "",
    transcripts: draft.transcripts,
    chaptersAt: draft.chaptersAt,
    chapters: draft.chapters,
  };
}

const dateOf = (text: string): number | null => cleanDate(Date.parse(text.trim()));

/** A link as locations are written; undefined for what is none. */
function linkOf(text: string, base: Location): Location | undefined {
  const url = text.trim() === "" ? null : URL.parse(text.trim(), base);
  if (!url || url.username !== "" || url.password !== "" || url.href.length > 4000)
    return undefined;
  url.hash = "";
  return isLink(url.href) ? url.href : undefined;
}

const withoutTags = (html: string): string => {
  let text = "";
  readXml(
    html,
    { open: () => (text += " "), text: (said) => (text += said), close: () => {} },
    true,
  );
  return text;
};

const lineOf = (text: string, length: number): string =>
  text.replaceAll(/\s+/g, " ").trim().slice(0, length).toWellFormed();
