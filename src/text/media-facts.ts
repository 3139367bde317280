import type { Chapter, MediaFacts } from "../types.ts";
import { cleanMediaTime, cleanText } from "./untrusted.ts";

/** Bounds of what is kept of a recording: more is data, not words for people. */
const MAX_LINE = 500;
const MAX_DESCRIPTION = 4000;
const MAX_CHAPTERS = 1000;
const MAX_HEADING = 200;
const MAX_TAGS = 60;
const MAX_TAG_NAME = 60;

const lineOf = (value: unknown, length: number): string | undefined => {
  if (typeof value !== "string") return undefined;
  const line = cleanText(value.slice(0, length * 4));
  return line === "" ? undefined : line.slice(0, length).toWellFormed();
};

const amountOf = (value: unknown, most: number): number | undefined =>
  typeof value === "number" && value > 0 && value <= most ? value : undefined;

/**
 * Facts from outside, as they may be stored and shown: text without what has an effect and no
 * shape, amounts that can be, chapters in order. Anything else is left out.
 */
export function cleanFacts(
  facts: Partial<Readonly<Record<keyof MediaFacts, unknown>>>,
): MediaFacts {
  const { chapters, tags } = facts;
  const clean: Record<keyof MediaFacts, unknown> = {
    title: lineOf(facts.title, MAX_LINE),
    show: lineOf(facts.show, MAX_LINE),
    description: lineOf(facts.description, MAX_DESCRIPTION),
    page: lineOf(facts.page, MAX_DESCRIPTION),
    chapters: Array.isArray(chapters) ? cleanChapters(chapters) : undefined,
    container: lineOf(facts.container, MAX_LINE),
    audioCodec: lineOf(facts.audioCodec, MAX_LINE),
    videoCodec: lineOf(facts.videoCodec, MAX_LINE),
    width: amountOf(facts.width, 100_000),
    height: amountOf(facts.height, 100_000),
    frameRate: amountOf(facts.frameRate, 1000),
    tags: typeof tags === "object" && tags !== null ? cleanTags(tags) : undefined,
  };
  return Object.fromEntries(
    Object.entries(clean).filter(([, value]) => value !== undefined),
  ) as MediaFacts;
}

/** In the order of time; each ends where the next begins at the latest. */
function cleanChapters(chapters: readonly unknown[]): readonly Chapter[] | undefined {
  const found = chapters.slice(0, MAX_CHAPTERS).flatMap((one) => {
    const { startMs, endMs, title } = (one ?? {}) as Partial<Record<keyof Chapter, unknown>>;
    const [start, heading] = [cleanMediaTime(startMs as number), lineOf(title, MAX_HEADING)];
    if (start === null || heading === undefined) return [];
    return [{ startMs: start, endMs: cleanMediaTime(endMs as number), title: heading }];
  });
  const ordered = found.toSorted((a, b) => a.startMs - b.startMs);
  const kept = ordered.map(({ startMs, endMs, title }, i): Chapter => {
    const next = ordered[i + 1]?.startMs ?? MAX_END_MS;
    return { startMs, endMs: Math.max(startMs, Math.min(endMs ?? next, next)), title };
  });
  return kept.length > 0 ? kept : undefined;
}

/** Of a last chapter whose end nobody says: as long as any recording may be. */
const MAX_END_MS = 1000 * 3_600_000;

function cleanTags(tags: object): Readonly<Record<string, string>> | undefined {
  const kept = Object.entries(tags)
    .slice(0, MAX_TAGS * 4)
    .flatMap(([name, value]) => {
      const [key, text] = [lineOf(name, MAX_TAG_NAME), lineOf(value, MAX_LINE)];
      return key === undefined || text === undefined || key === "__proto__"
        ? []
        : [[key, text] as const];
    })
    .slice(0, MAX_TAGS);
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}
