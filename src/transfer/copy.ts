import { type EmbeddingModel, isSameModel } from "../embedding-model.ts";
import type { AssetId, AssetStatus, ReadableCatalog } from "../backends/catalog.ts";
import type { AssetVersion, VersionReader } from "../backends/versions.ts";
import type { Backend } from "../backends/backend.ts";
import type { Library, ReadableLibrary } from "../backends/library.ts";
import { MediasearchError } from "../errors.ts";
import { isPlace } from "../text/untrusted.ts";
import { copyKept, noteMoves } from "./copy-kept.ts";
import { cleanArchived, cleanAsset, cleanReader } from "./from-elsewhere.ts";
import { inParallel } from "./in-parallel.ts";

export interface CopyOptions {
  /** Which assets of the source, by their ids there. */
  readonly wants: (id: AssetId) => boolean;
  /** The id that an asset has in the target. */
  readonly rename: (id: AssetId) => AssetId;
  /**
   * What differs about a file in the target when its media move too: the object's size, time and
   * tag.
   */
  readonly facts?: ((asset: AssetStatus) => MovedFacts | undefined) | undefined;
  /**
   * Up-to-date copies of the libraries, for reading versions faster. They must not be asked for
   * deleted versions, which they do not have.
   */
  readonly sourceCopy?: ReadableLibrary | undefined;
  readonly targetCopy?: ReadableLibrary | undefined;
  readonly signal: AbortSignal;
  readonly onProgress?: ((summary: CopySummary) => void) | undefined;
}

export type MovedFacts = Pick<AssetStatus, "sizeBytes" | "mtimeMs" | "sidecarKey" | "fingerprint">;

/** An asset as the target has it, under its id in the source. */
export const asMoved = (asset: AssetStatus, { facts }: CopyOptions): AssetStatus => ({
  ...cleanAsset(asset),
  ...facts?.(asset),
});

export interface CopySummary {
  /** Versions that were written, and those that were there already from an earlier run. */
  readonly copied: number;
  readonly present: number;
  /** Kept as they are: the target indexed these files later than the source. */
  readonly newer: readonly AssetId[];
  /** Left out: their ids are no places that a file could have. */
  readonly misplaced: readonly AssetId[];
  readonly segments: number;
  readonly jobs: number;
  readonly archived: number;
}

/**
 * Copies assets, versions with their vectors, archived transcripts and jobs from one library to
 * another, with as many commits at once as the target allows. The source is only read. Every step
 * is idempotent: after a stop the same call goes on and writes nothing twice.
 * @throws MODEL_MISMATCH when the two hold vectors of different models; nothing is written then.
 */
export async function copyLibrary(
  source: Backend,
  target: Backend,
  options: CopyOptions,
): Promise<CopySummary> {
  const sourceModel = await source.library.embeddings.model();
  refuseUnlikeModels(sourceModel, await target.library.embeddings.model());
  const sum = {
    copied: 0,
    present: 0,
    newer: [] as AssetId[],
    misplaced: [] as AssetId[],
    segments: 0,
    jobs: 0,
    archived: 0,
  };
  const moves = noteMoves();
  const report = (): void => options.onProgress?.(sum);
  await inParallel(
    wanted(source.library.catalog, options, sum.misplaced),
    target.library.versions.concurrentCommits,
    async (asset) => {
      options.signal.throwIfAborted();
      const moved = asMoved(asset, options);
      const outcome = await copyAsset(
        moved,
        readerOf(asset, source.library, options.sourceCopy),
        target.library,
        options.rename(asset.id),
        sourceModel,
      );
      moves.add(asset.fingerprint, moved.fingerprint);
      if (outcome === "newer") sum.newer.push(asset.id);
      else sum[outcome]++;
      sum.segments += asset.segmentCount;
      report();
    },
  );
  for await (const version of source.library.archive.read()) {
    options.signal.throwIfAborted();
    if (!options.wants(version.id) || !isPlace(version.id)) continue;
    await target.library.archive.add({ ...cleanArchived(version), id: options.rename(version.id) });
    moves.addArchived(version.fingerprint);
    sum.archived++;
    report();
  }
  await copyKept(source, target, {
    moves,
    atOnce: target.library.versions.concurrentCommits,
    signal: options.signal,
  });
  for (const job of await source.jobs.list()) {
    if (!options.wants(job.id) || !isPlace(job.id)) continue;
    const id = options.rename(job.id);
    const known = await target.jobs.get(id);
    if (!known || known.updatedAtMs < job.updatedAtMs) await target.jobs.put({ ...job, id });
    sum.jobs++;
  }
  return sum;
}

async function* wanted(
  catalog: ReadableCatalog,
  { wants }: CopyOptions,
  misplaced: AssetId[],
): AsyncIterable<AssetStatus> {
  for await (const asset of catalog.list()) {
    if (!wants(asset.id)) continue;
    if (isPlace(asset.id)) yield asset;
    else misplaced.push(asset.id);
  }
}

function refuseUnlikeModels(
  from: EmbeddingModel | undefined,
  to: EmbeddingModel | undefined,
): void {
  if (!from || !to || isSameModel(from, to)) return;
  throw new MediasearchError(
    "MODEL_MISMATCH",
    `the vectors to move are of the embedding model ${from.embedder}, the library that is to get them has ${to.embedder}`,
    {
      hint: "mediasearch migrate --reembed   (on one of the two, then again)",
    },
  );
}

/** Whether the target has this asset just as the source does. Content is compared by `verify`. */
export const isCopied = (asset: AssetStatus, there: AssetStatus | undefined): boolean =>
  there !== undefined &&
  there.state === asset.state &&
  there.fingerprint === asset.fingerprint &&
  there.segmentCount === asset.segmentCount &&
  there.indexedAtMs === asset.indexedAtMs &&
  there.error === asset.error;

/** Chooses where to read a version: the copy, when there is one that has it. */
export const readerOf = (
  asset: AssetStatus,
  library: ReadableLibrary,
  copy: ReadableLibrary | undefined,
): VersionReader =>
  cleanReader(copy && asset.state !== "deleted" ? copy.versions : library.versions);

async function copyAsset(
  asset: AssetStatus,
  source: VersionReader,
  target: Pick<Library, "catalog" | "versions">,
  id: AssetId,
  sourceModel: EmbeddingModel | undefined,
): Promise<"copied" | "present" | "newer"> {
  const there = await target.catalog.get(id);
  if (isCopied(asset, there)) return "present";
  if ((there?.indexedAtMs ?? 0) > (asset.indexedAtMs ?? 0)) return "newer";
  const entry = {
    id,
    sizeBytes: asset.sizeBytes,
    mtimeMs: asset.mtimeMs,
    sidecarKey: asset.sidecarKey,
  };
  if (asset.fingerprint === null) await target.catalog.register([entry]);
  else await target.versions.commit(await versionOf(asset, source, id), sourceModel);
  if (asset.state === "failed") await target.catalog.recordFailure(entry, asset.error ?? "");
  if (asset.state === "deleted") await target.catalog.markDeleted([id]);
  return "copied";
}

async function versionOf(
  asset: AssetStatus,
  source: VersionReader,
  id: AssetId,
): Promise<AssetVersion> {
  const segments = await Array.fromAsync(source.read(asset.id));
  const {
    state: _state,
    error: _error,
    speakers: _speakers,
    segmentCount: _count,
    ...facts
  } = asset;
  return {
    ...facts,
    id,
    fingerprint: asset.fingerprint ?? "",
    origin: asset.origin ?? "asr",
    engine: asset.engine ?? "",
    language: asset.language ?? "und",
    indexedAtMs: asset.indexedAtMs ?? undefined,
    segments,
  };
}
