import { statSync } from "node:fs";
import type { AssetId } from "../../../backends/catalog.ts";
import type { Deletions, KnownFiles } from "../media-source.ts";
import { missingFileClassifier } from "./classify-missing.ts";
import { openVolumes } from "./volumes.ts";

/** A root that is gone itself proves nothing. */
export async function findDeletedFiles(
  roots: readonly string[],
  { catalog, jobs, signal }: KnownFiles,
): Promise<Deletions> {
  const folders = roots.filter(
    (root) => statSync(root, { throwIfNoEntry: false })?.isDirectory() ?? false,
  );
  const classify = missingFileClassifier(folders, openVolumes());
  const deleted: AssetId[] = [];
  const offline = new Map<string, number>();
  for await (const asset of catalog.list()) {
    signal.throwIfAborted();
    if (asset.state === "deleted") continue;
    const verdict = classify(asset);
    if (verdict === "deleted") deleted.push(asset.id);
    else if (verdict !== "there") offline.set(verdict, (offline.get(verdict) ?? 0) + 1);
  }
  const forgotten = jobs.filter(
    ({ id, updatedAtMs }) => classify({ id, indexedAtMs: updatedAtMs }) === "deleted",
  );
  return { deleted, forgotten: forgotten.map(({ id }) => id), offline };
}
