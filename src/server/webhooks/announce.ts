import { nameOf } from "../../location.ts";
import { tenantOf } from "../authenticate.ts";
import { fileIdOf } from "../file-names.ts";
import type { Services } from "../route.ts";
import { readSavedSearches, type SavedSearch } from "../routes/label-routes.ts";
import type { FileChange } from "../work/protocol.ts";
import type { WebhookEvent } from "./store.ts";
import type { Announcement } from "./webhooks.ts";

type Needed = Pick<Services, "webhooks" | "library" | "reads">;

const EVENTS: Readonly<Record<FileChange["kind"], WebhookEvent>> = {
  indexed: "file.indexed",
  failed: "file.failed",
  deleted: "file.deleted",
};

/** Hits that a message names; the rest is found by the search. */
const MAX_HITS = 10;

/** Tells webhooks what became of files, and which saved searches have hits in them. */
export async function announceChanges(
  changes: readonly FileChange[],
  services: Needed,
): Promise<void> {
  const { webhooks } = services;
  const wanted = new Set((await webhooks.list()).flatMap(([, { events }]) => events));
  if (wanted.size === 0) return;
  await webhooks.announce(
    changes
      .filter(({ kind }) => wanted.has(EVENTS[kind]))
      .map(({ location, kind }) => ({
        event: EVENTS[kind],
        data: { fileId: fileIdOf(location), file: nameOf(location) },
      })),
  );
  if (!wanted.has("search.hits")) return;
  const searches = await readSavedSearches(services);
  const hits: Announcement[] = [];
  for (const { location, kind } of changes)
    if (kind === "indexed")
      for (const [id, search] of searches)
        hits.push(...(await findHits(id, search, location, services)));
  await webhooks.announce(hits);
}

/** The words must be there: nearness in meaning has no end, so that every file would be a hit. */
async function findHits(
  id: string,
  { name, request, filters }: SavedSearch,
  location: string,
  { reads }: Needed,
): Promise<readonly Announcement[]> {
  const fileId = fileIdOf(location);
  const page = await reads
    .run(
      "search",
      { filters, seesPaths: false, tenant: tenantOf(filters) },
      { ...request, mode: "keyword", fileId, limit: MAX_HITS, offset: 0 },
    )
    .catch(() => undefined);
  if (!page || page.total === 0) return [];
  const hits = page.hits.map(({ startMs, endMs, speaker, text }) => ({
    startMs,
    endMs,
    speaker,
    text,
  }));
  const data = { search: id, name, fileId, file: nameOf(location), total: page.total, hits };
  return [{ event: "search.hits", data }];
}
