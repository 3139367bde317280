import { isObject } from "../location.ts";
import { findLikelyCopies } from "./likely-copies.ts";
import { isToDo } from "./count-files.ts";
import type { FileOptions, FileServices } from "./file-outcome.ts";
import { workFor } from "./index-file.ts";
import type { FileCandidate, ScanOptions } from "./scan/candidate.ts";
import { scan } from "./scan/scan.ts";

/** What there is to do for one file, as far as it shows before anybody reads it. */
export interface ExpectedWork {
  readonly path: string;
  /** Captions are read, audio is recognised. */
  readonly kind: "audio" | "captions";
  /** Of the captions, or of the media. */
  readonly sizeBytes: number;
  /**
   * Of the audio that is to be recognised; null while it is not known, 0 for what can't be read
   * and for what looks like a copy of another file of the run.
   */
  readonly durationMs: number | null;
}

/** Further files are judged by their size: to look into all of a large archive takes too long. */
const MAX_MEASURED = 20_000;
const MEASURED_AT_ONCE = 25;

/**
 * Tells what a run is going to do: first each file by its size, then media of this machine by the
 * length that their heads tell. An estimate alone rests on it.
 */
export async function surveyFiles(
  roots: readonly string[],
  services: FileServices,
  options: FileOptions & ScanOptions,
  tell: (work: ExpectedWork) => void,
): Promise<void> {
  const media: ExpectedWork[] = [];
  for await (const item of scan(roots, services.sources, options)) {
    options.signal.throwIfAborted();
    if (item.type !== "file" || !isToDo(item.file, options)) continue;
    const work = await expectedOf(item.file, services, options);
    if (!work) continue;
    tell(work);
    if (work.kind === "audio" && !isObject(work.path) && media.length < MAX_MEASURED)
      media.push(work);
  }
  await measureAll(media, services, options.signal, tell);
}

/** Tells the lengths of originals, then that copies need none. */
async function measureAll(
  media: readonly ExpectedWork[],
  services: FileServices,
  signal: AbortSignal,
  tell: (work: ExpectedWork) => void,
): Promise<void> {
  const copies = await findLikelyCopies(media, signal);
  const originals = media.filter(({ path }) => !copies.has(path));
  for (let at = 0; at < originals.length; at += MEASURED_AT_ONCE) {
    const batch = originals.slice(at, at + MEASURED_AT_ONCE);
    const durations = await measure(batch, services, signal);
    for (const [i, work] of batch.entries()) tell({ ...work, durationMs: durations[i] ?? null });
  }
  for (const work of media) if (copies.has(work.path)) tell({ ...work, durationMs: 0 });
}

async function expectedOf(
  file: FileCandidate,
  services: FileServices,
  options: FileOptions,
): Promise<ExpectedWork | undefined> {
  const toDo = await workFor(file, services, options);
  if (toDo === "none") return undefined;
  return toDo === "look" ? expectedLook(file) : expectedWork(file, options);
}

/** Heads of files and captions, as a rule. */
const expectedLook = ({ path, sidecar }: FileCandidate): ExpectedWork => ({
  path,
  kind: "captions",
  sizeBytes: sidecar?.sizeBytes ?? 0,
  durationMs: null,
});
const expectedWork = (
  { path, kind, sizeBytes, sidecar }: FileCandidate,
  { captions }: FileOptions,
): ExpectedWork =>
  kind === "media" && (sidecar === null || captions === "ignore")
    ? { path, kind: "audio", sizeBytes, durationMs: null }
    : { path, kind: "captions", sizeBytes: sidecar?.sizeBytes ?? sizeBytes, durationMs: null };

/** One file that ends its worker must not hide the others of the batch: these go by their size. */
const measure = (
  batch: readonly ExpectedWork[],
  { workers }: Pick<FileServices, "workers">,
  signal: AbortSignal,
): Promise<readonly (number | null)[]> =>
  workers
    .measure(
      batch.map(({ path }) => path),
      signal,
    )
    .catch((): readonly null[] => {
      signal.throwIfAborted();
      return [];
    });
