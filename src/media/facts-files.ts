import { cleanFacts } from "../text/media-facts.ts";
import { cleanDate } from "../text/untrusted.ts";
import type { MediaFacts } from "../types.ts";
import { decodeText } from "./captions/decode-text.ts";
import { readXml } from "./captions/xml.ts";

/** What a file beside a recording says of it. */
export interface FactsBeside {
  readonly facts: MediaFacts;
  /** When it was recorded or published, Unix milliseconds. */
  readonly recordedAtMs: number | null;
}

/** Files that other programs write beside a recording, by the ending that takes its place. */
const FACTS_ENDINGS = [".info.json", ".chapters.json", ".nfo"] as const;

/** The names under which facts about a media file of this name may lie beside it. */
export function factsNames(mediaName: string): readonly string[] {
  const stem = mediaName.replace(/\.[^.]*$/, "");
  return FACTS_ENDINGS.map((ending) => stem + ending);
}

/**
 * Reads `.info.json` of yt-dlp, chapters of the podcast namespace or `.nfo` of Kodi; undefined
 * for what is none.
 */
export function readFactsFile(name: string, bytes: Buffer): FactsBeside | undefined {
  try {
    if (!name.endsWith(".json")) return readNfo(bytes);
    return name.endsWith(".chapters.json") ? readPodcastChapters(bytes) : readInfoJson(bytes);
  } catch {
    return undefined;
  }
}

type Info = Readonly<Record<string, unknown>>;

const membersOf = (bytes: Buffer): Info | undefined => {
  const info = JSON.parse(bytes.toString("utf8").replace(/^\ufeff/, "")) as Info | null;
  return typeof info === "object" && info !== null && !Array.isArray(info) ? info : undefined;
};

const toMs = (seconds: unknown): number =>
  typeof seconds === "number" ? seconds * 1000 : Number.NaN;

/**
 * https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/chapters/jsonChapters.md
 * Chapters with `"toc": false` are pictures and links that no list shows.
 */
function readPodcastChapters(bytes: Buffer): FactsBeside | undefined {
  const chapters = membersOf(bytes)?.["chapters"];
  if (!Array.isArray(chapters)) return undefined;
  const listed = (chapters as readonly (Info | null)[]).filter((one) => one?.["toc"] !== false);
  return {
    facts: cleanFacts({
      chapters: listed.map((one) => ({
        startMs: toMs(one?.["startTime"]),
        endMs: toMs(one?.["endTime"]),
        title: one?.["title"],
      })),
    }),
    recordedAtMs: null,
  };
}

/** https://github.com/yt-dlp/yt-dlp#output-template names the members. */
function readInfoJson(bytes: Buffer): FactsBeside | undefined {
  const info = membersOf(bytes);
  if (!info) return undefined;
  const chapters = Array.isArray(info["chapters"]) ? (info["chapters"] as readonly unknown[]) : [];
  return {
    facts: cleanFacts({
      title: info["title"] ?? info["fulltitle"],
      show: info["series"] ?? info["channel"] ?? info["uploader"] ?? info["artist"],
      description: info["description"],
      page: info["webpage_url"],
      chapters: chapters.map((one) => {
        const { start_time: start, end_time: end, title } = (one ?? {}) as Info;
        return { startMs: toMs(start), endMs: toMs(end), title };
      }),
    }),
    recordedAtMs: infoDate(info),
  };
}

/** A moment, else a day such as 20260605. */
function infoDate(info: Info): number | null {
  const moment = info["release_timestamp"] ?? info["timestamp"];
  if (typeof moment === "number") return cleanDate(moment * 1000);
  const [, year, month, day] =
    /^(\d{4})(\d\d)(\d\d)$/.exec(String(info["release_date"] ?? info["upload_date"] ?? "")) ?? [];
  return year === undefined ? null : cleanDate(Date.parse(`${year}-${month}-${day}`));
}

/** Roots of https://kodi.wiki/view/NFO_files that stand for one recording. */
const NFO_ROOTS = new Set(["movie", "episodedetails", "musicvideo", "video"]);
const NFO_MEMBERS = new Set(
  "title showtitle artist plot outline aired premiered year studio".split(" "),
);

function readNfo(bytes: Buffer): FactsBeside | undefined {
  const said = new Map<string, string>();
  let isNfo = false;
  readXml(decodeText(bytes), {
    open(element, parents) {
      if (parents.length === 0 && NFO_ROOTS.has(element.name)) isNfo = true;
    },
    text(text, open) {
      const [root, element] = open;
      if (open.length !== 2 || !root || !element || !NFO_ROOTS.has(root.name)) return;
      if (NFO_MEMBERS.has(element.name))
        said.set(element.name, (said.get(element.name) ?? "") + text);
    },
    close: () => {},
  });
  if (!isNfo) return undefined;
  const day = [said.get("aired"), said.get("premiered")].find((one) =>
    /^\s*\d{4}-\d\d-\d\d\s*$/.test(one ?? ""),
  );
  return {
    facts: cleanFacts({
      title: said.get("title"),
      show: said.get("showtitle") ?? said.get("artist") ?? said.get("studio"),
      description: said.get("plot") ?? said.get("outline"),
    }),
    recordedAtMs: day === undefined ? null : cleanDate(Date.parse(day.trim())),
  };
}
