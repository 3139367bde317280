import type { EmbeddingModel } from "../embedding-model.ts";
import type { AssetId, AssetStatus } from "../backends/catalog.ts";
import type { Library } from "../backends/library.ts";
import type { EmbeddedSegment } from "../types.ts";
import { editedFingerprint } from "./edited-fingerprint.ts";

export interface Renaming {
  /** Exact names, whatever the case. */
  readonly from: readonly string[];
  readonly to: string;
  readonly wants: (id: AssetId) => boolean;
}

export interface Renamed {
  readonly id: AssetId;
  readonly segments: number;
}

const foldName = (name: string): string =>
  name.normalize("NFC").toLowerCase().replace(/\s+/g, " ").trim();

/** Finds the files in which any of the speakers speaks. */
export async function findAssetsOfSpeaker(
  library: Library,
  { from, wants }: Renaming,
): Promise<AssetStatus[]> {
  const names = new Set(from.map(foldName));
  const assets: AssetStatus[] = [];
  for await (const asset of library.catalog.list())
    if (
      asset.state !== "deleted" &&
      wants(asset.id) &&
      asset.speakers.some((name) => names.has(foldName(name)))
    )
      assets.push(asset);
  return assets;
}

/**
 * Renames speakers, file by file, each in one commit. Words and vectors stay as they are; the
 * version before is archived.
 */
export async function* renameInLibrary(
  library: Library,
  renaming: Renaming,
  model: EmbeddingModel | undefined,
): AsyncIterable<Renamed> {
  const names = new Set(renaming.from.map(foldName));
  for (const asset of await findAssetsOfSpeaker(library, renaming)) {
    const segments: EmbeddedSegment[] = [];
    let changed = 0;
    for await (const segment of library.versions.read(asset.id)) {
      const isMeant =
        segment.speaker !== null &&
        names.has(foldName(segment.speaker)) &&
        segment.speaker !== renaming.to;
      if (isMeant) changed++;
      segments.push(isMeant ? { ...segment, speaker: renaming.to } : segment);
    }
    if (changed === 0) continue;
    const {
      id,
      sizeBytes,
      mtimeMs,
      sidecarKey,
      origin,
      engine,
      language,
      durationMs,
      recordedAtMs,
      indexedAtMs,
      fingerprint,
    } = asset;
    await library.versions.commit(
      {
        id,
        sizeBytes,
        mtimeMs,
        sidecarKey,
        origin: origin ?? "asr",
        engine: engine ?? "",
        language: language ?? "und",
        durationMs,
        recordedAtMs,
        indexedAtMs: indexedAtMs ?? undefined,
        fingerprint: editedFingerprint(fingerprint, segments),
        segments,
      },
      model,
    );
    yield { id, segments: changed };
  }
}
