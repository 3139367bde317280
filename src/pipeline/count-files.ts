import { removalOf } from "../backends/removals.ts";
import type { FileOptions, FileServices } from "./file-outcome.ts";
import type { FileCandidate, ScanOptions } from "./scan/candidate.ts";
import { scan } from "./scan/scan.ts";

/** Files that are registered in one transaction. */
const REGISTERED_AT_ONCE = 500;

/**
 * Counts the files of a run, and registers those that the library does not know: a run that is cut
 * leaves behind what there is to do. What would be passed over is counted only.
 */
export async function countFiles(
  roots: readonly string[],
  { library, sources }: Pick<FileServices, "library" | "sources">,
  options: FileOptions & ScanOptions,
): Promise<number> {
  let count = 0;
  let unregistered: FileCandidate[] = [];
  const register = async (): Promise<void> => {
    await library.catalog.register(
      unregistered.map(({ path, sizeBytes, mtimeMs }) => ({ id: path, sizeBytes, mtimeMs })),
    );
    unregistered = [];
  };
  for await (const item of scan(roots, sources, options)) {
    options.signal.throwIfAborted();
    count++;
    if (item.type === "file" && isToDo(item.file, options)) unregistered.push(item.file);
    if (unregistered.length === REGISTERED_AT_ONCE) await register();
  }
  if (unregistered.length > 0) await register();
  return count;
}

/** A run that takes captions only leaves other files as they are, and nobody owes them anything. */
export const isToDo = (
  { path, kind }: FileCandidate,
  { dryRun, captions, removals = [] }: FileOptions,
): boolean =>
  !dryRun &&
  captions !== "only" &&
  (kind === "media" || captions !== "ignore") &&
  removalOf(path, removals) === undefined;
