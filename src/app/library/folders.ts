import type { AssetStatus } from "../../backends/catalog.ts";
import { dropFolder, type Folder, listFolders } from "../../backends/folders.ts";
import type { Backend } from "../../backends/backend.ts";
import { hostname } from "node:os";
import { isHeld } from "../../backends/lease.ts";
import { MediasearchError } from "../../errors.ts";
import { formatLocalTime, pluralize } from "../../text/format.ts";
import { isBelow, isLink, type Location } from "../../location.ts";
import type { Context } from "../context.ts";
import { withBackend } from "./with-backend.ts";

/** A folder that was indexed, and how far its files are. */
export interface FolderStatus extends Folder {
  readonly files: number;
  /** Files that answer searches. */
  readonly done: number;
  /** Files that are known and have no transcript, or lack vectors. */
  readonly toDo: number;
  readonly failed: number;
  /** Its last run was cut before it had looked at everything, and none goes on now. */
  readonly interrupted: boolean;
}

/** The folders that a run without paths goes over, in the order of their places. */
export const readFolders = (context: Context): Promise<readonly FolderStatus[]> =>
  withBackend(context, folderStatuses);

export async function folderStatuses({
  library,
  records,
  runLock,
}: Pick<Backend, "library" | "records" | "runLock">): Promise<readonly FolderStatus[]> {
  const folders = await listFolders(records);
  if (folders.length === 0) return [];
  const run = await runLock.lastRun();
  const isRunning = run !== undefined && run.endedAtMs === null && isHeld(run, hostname());
  const counts = folders.map(() => ({ files: 0, done: 0, toDo: 0, failed: 0 }));
  for await (const asset of library.catalog.list())
    for (const [i, { location }] of folders.entries()) {
      const count = counts[i];
      if (count && isBelow(asset.id, location)) addTo(count, asset.state);
    }
  return folders.map((folder, i) => ({
    ...folder,
    ...(counts[i] ?? { files: 0, done: 0, toDo: 0, failed: 0 }),
    interrupted: folder.endedAtMs === null && !isRunning,
  }));
}

function addTo(
  count: { files: number; done: number; toDo: number; failed: number },
  state: AssetStatus["state"],
): void {
  if (state === "deleted") return;
  count.files++;
  if (state === "indexed") count.done++;
  else if (state === "failed") count.failed++;
  else count.toDo++;
}

/**
 * Takes folders off the list; their files stay in the library.
 * @throws NOT_FOUND for a folder that is not on it.
 */
export const forgetFolders = (context: Context, places: readonly Location[]): Promise<void> =>
  withBackend(context, async ({ records }) => {
    const known = new Set((await listFolders(records)).map(({ location }) => location));
    for (const place of places)
      if (!known.has(place))
        throw new MediasearchError("NOT_FOUND", `${place}: not a folder that was indexed`, {
          subject: place,
          hint: "mediasearch folders",
        });
    for (const place of places) await dropFolder(records, place);
  });

/** How far the files of a folder are, in one line. */
export function folderText(folder: FolderStatus): string {
  const { files, done, toDo, failed, endedAtMs, startedAtMs, interrupted, watched } = folder;
  const globs = [
    ...folder.include.map((glob) => `only ${glob}`),
    ...folder.exclude.map((glob) => `without ${glob}`),
  ];
  const look =
    endedAtMs === null
      ? `${interrupted ? "interrupted" : "going on"}, began ${formatLocalTime(startedAtMs)}`
      : `last look ${formatLocalTime(endedAtMs)}`;
  // The recordings of a podcast lie wherever its publisher put them, so none are below it.
  const counted = isLink(folder.location) ? "podcast" : `${pluralize(files, "file")}: ${done} done`;
  return [
    counted,
    ...(toDo > 0 ? [`${toDo} to do`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    look,
    ...(watched ? ["watched"] : []),
    ...globs,
  ].join(", ");
}
