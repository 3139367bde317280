import { nameOf } from "../../location.ts";
import { readChapters } from "../../media/chapters/read.ts";
import { readFactsFile } from "../../media/facts-files.ts";
import { probeMedia } from "../../media/probe.ts";
import { cleanFacts } from "../../text/media-facts.ts";
import type { MediaFacts } from "../../types.ts";
import { type CaptionServices, mediaOf } from "./choose-captions.ts";
import type { FileTask } from "./protocol.ts";

export interface FileDescription {
  readonly facts: MediaFacts;
  /** As files beside it say; null where none does. */
  readonly recordedAtMs: number | null;
}

/** yt-dlp keeps comments in it. */
const MAX_FACTS_BYTES = 64_000_000;

/**
 * What is known of a recording besides its words: what files beside it say, which people and
 * programs wrote for that purpose, before what its container says.
 * @throws UNREADABLE_MEDIA where nothing beside it says anything either.
 */
export async function describeFile(
  task: FileTask,
  services: Pick<CaptionServices, "sources" | "signal">,
): Promise<FileDescription> {
  if (task.kind === "captions") return { facts: {}, recordedAtMs: null };
  const beside = await readBeside(task, services);
  const inside = await readInside(task, services).catch((error: unknown) => {
    services.signal.throwIfAborted();
    if (beside.length === 0) throw error;
    return {};
  });
  return {
    // The first of them that says something has the last word.
    facts: Object.assign(
      {},
      inside,
      ...beside.toReversed().map(({ facts }) => facts),
    ) as MediaFacts,
    recordedAtMs: beside.find((one) => one.recordedAtMs !== null)?.recordedAtMs ?? null,
  };
}

async function readInside(
  task: FileTask,
  services: Pick<CaptionServices, "sources" | "signal">,
): Promise<MediaFacts> {
  const media = await mediaOf(task, services);
  const { facts } = await probeMedia(media);
  return cleanFacts({ ...facts, chapters: await readChapters(media) });
}

/** A file that can't be read, or is something else, says nothing. */
async function readBeside(
  { factsBeside = [] }: FileTask,
  { sources, signal }: Pick<CaptionServices, "sources" | "signal">,
): Promise<readonly FileDescription[]> {
  const found: FileDescription[] = [];
  for (const location of factsBeside) {
    const bytes = await sources
      .of(location)
      .read(location, MAX_FACTS_BYTES, signal)
      .catch(() => signal.throwIfAborted());
    const said = bytes ? readFactsFile(nameOf(location), bytes) : undefined;
    if (said) found.push(said);
  }
  return found;
}
