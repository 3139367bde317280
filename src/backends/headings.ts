import type { Json } from "./records.ts";

/**
 * What is known of recordings besides their words. It is told by content, so that files that move,
 * copies and versions that come back out of the archive have it too. A local library keeps an index
 * of the titles and headings in it (`local/headings.ts`).
 */
export const FACTS_KIND = "media";

/** A kind of heading that a search can look for. */
export type HeadingKind = "title" | "show" | "chapter";

export interface Heading {
  readonly kind: HeadingKind;
  readonly text: string;
  /** The part of the recording that it stands over, in milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
}

/** A heading over a whole recording ends where no recording does. */
const WHOLE_MS = Number.MAX_SAFE_INTEGER;

/**
 * The headings of what is stored. Somebody else may have made the library: what is no text and no
 * time is none. Every search loads this, so that it has no part of what cleans facts.
 */
export function headingsOf(value: Json): readonly Heading[] {
  const { title, show, chapters } = membersOf(value);
  const over = { startMs: 0, endMs: WHOLE_MS };
  return [
    ...(typeof title === "string" ? [{ kind: "title", text: title, ...over } as const] : []),
    ...(typeof show === "string" ? [{ kind: "show", text: show, ...over } as const] : []),
    ...(Array.isArray(chapters) ? chapters.flatMap((one: Json) => chapterOf(one)) : []),
  ];
}

const membersOf = (value: Json): Readonly<Record<string, Json | undefined>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as { readonly [name: string]: Json })
    : {};

function chapterOf(value: Json): readonly Heading[] {
  const { title, startMs, endMs } = membersOf(value);
  return typeof title === "string" && Number.isSafeInteger(startMs) && Number.isSafeInteger(endMs)
    ? [{ kind: "chapter", text: title, startMs: startMs as number, endMs: endMs as number }]
    : [];
}
