import type { AssetStatus } from "../backends/catalog.ts";
import { listDescribed, writeMediaFacts } from "../backends/media-facts.ts";
import type { Records } from "../backends/records.ts";
import { type ErrorCode, toMediasearchError } from "../errors.ts";
import { parseFingerprint } from "../fingerprint.ts";
import type { MediaFacts } from "../types.ts";
import type { FileCall, FileServices } from "./file-outcome.ts";
import type { FileCandidate } from "./scan/candidate.ts";
import type { FileTask } from "./worker/protocol.ts";

/** The contents of a library of which something is known; asked for once a run. */
const described = new WeakMap<object, Promise<Set<string>>>();

function describedIn(records: Pick<Records, "listIds">): Promise<Set<string>> {
  const known =
    described.get(records) ?? listDescribed(records).then((contents) => new Set(contents));
  described.set(records, known);
  return known;
}

/**
 * Keeps what is known of a recording besides its words. What its source says (a feed) wins over
 * what the container says. Captions without a recording have nothing of it.
 */
export async function keepFacts(
  file: FileCandidate,
  fingerprint: string,
  facts: MediaFacts,
  { records }: Pick<FileServices, "records">,
): Promise<void> {
  const { content } = parseFingerprint(fingerprint);
  if (file.kind === "captions" || content === "") return;
  const show = showOf(file, facts);
  await writeMediaFacts(records, content, {
    ...facts,
    ...(show === undefined ? {} : { show }),
    ...withoutGaps(file.facts ?? {}),
  });
  (await describedIn(records)).add(content);
}

/** The chapters of a book are told by its name, the album's, before that of who reads it. */
const showOf = ({ work }: FileCandidate, { show, tags }: MediaFacts): string | undefined =>
  work === undefined ? undefined : (tags?.["album"] ?? show ?? work);

const withoutGaps = (facts: MediaFacts): MediaFacts =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));

/** What can't be read says nothing, now and later. Other failures may pass. */
const SAYS_NOTHING = new Set<ErrorCode>(["UNREADABLE_MEDIA", "WORKER_CRASHED"]);

/**
 * Looks at a recording whose transcript is there already, so that its facts come in: those of
 * libraries of earlier versions, and with `force` those of files beside it that changed. Its
 * transcript stays as it is, whatever fails.
 */
export async function describeKnown(
  file: FileCandidate,
  asset: Pick<AssetStatus, "fingerprint"> | undefined,
  { task, force }: { readonly task: FileTask; readonly force: boolean },
  services: Pick<FileServices, "records" | "workers">,
  { signal }: Pick<FileCall, "signal">,
): Promise<void> {
  const fingerprint = asset?.fingerprint ?? "";
  const { content } = parseFingerprint(fingerprint);
  if (file.kind === "captions" || content === "") return;
  if (!force && (await describedIn(services.records)).has(content)) return;
  const facts = await services.workers.describe(task, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    return SAYS_NOTHING.has(toMediasearchError(error).code) ? {} : undefined;
  });
  if (facts) await keepFacts(file, fingerprint, facts, services);
}
