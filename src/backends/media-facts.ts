import { parseFingerprint } from "../fingerprint.ts";
import { cleanFacts } from "../text/media-facts.ts";
import type { MediaFacts } from "../types.ts";
import { FACTS_KIND } from "./headings.ts";
import type { Json, Records } from "./records.ts";

const factsOf = (value: Json | undefined): MediaFacts =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? cleanFacts(value as { readonly [name: string]: Json })
    : {};

const contentOf = (fingerprint: string | null): string =>
  parseFingerprint(fingerprint ?? "").content;

/** Keeps what is known of a content, in place of what was. */
export const writeMediaFacts = (
  records: Pick<Records, "put">,
  content: string,
  facts: MediaFacts,
): Promise<void> => records.put(FACTS_KIND, content, cleanFacts(facts) as Json);

/** What is known of the content of a transcript; empty where nothing is. */
export async function readMediaFacts(
  records: Pick<Records, "get">,
  fingerprint: string | null,
): Promise<MediaFacts> {
  const content = contentOf(fingerprint);
  return content === "" ? {} : factsOf(await records.get(FACTS_KIND, content));
}

/** Reads all at once, for lists: what is known of a transcript's content. */
export async function listMediaFacts(
  records: Pick<Records, "list">,
): Promise<(fingerprint: string | null) => MediaFacts> {
  const all = new Map((await records.list(FACTS_KIND)).map(({ id, value }) => [id, value]));
  return (fingerprint) => factsOf(all.get(contentOf(fingerprint)));
}

/** The contents of which something is known. */
export const listDescribed = (records: Pick<Records, "listIds">): Promise<readonly string[]> =>
  records.listIds(FACTS_KIND);

/** Forgets what is known of every content for which `isGone` holds. */
export async function dropMediaFacts(
  records: Pick<Records, "listIds" | "remove">,
  isGone: (content: string) => boolean,
): Promise<void> {
  for (const content of await listDescribed(records))
    if (isGone(content)) await records.remove(FACTS_KIND, content);
}

/** Copies what is known of a content to another library, unless that knows something itself. */
export async function copyMediaFacts(
  source: Pick<Records, "get">,
  target: Pick<Records, "get" | "put">,
  content: string,
  newContent: string,
): Promise<void> {
  if ((await target.get(FACTS_KIND, newContent)) !== undefined) return;
  const value = await source.get(FACTS_KIND, content);
  if (value !== undefined) await target.put(FACTS_KIND, newContent, value);
}
