import { type EmbeddingModel, isSameModel } from "../embedding-model.ts";
import type { AssetId, AssetStatus, AssetVersion, Backend, Store } from "../backends/backend.ts";
import { MediasearchError } from "../errors.ts";
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
  readonly sourceCopy?: Pick<Store, "readVersion"> | undefined;
  readonly targetCopy?: Store | undefined;
  readonly signal: AbortSignal;
  readonly onProgress?: ((summary: CopySummary) => void) | undefined;
}

export type MovedFacts = Pick<AssetStatus, "sizeBytes" | "mtimeMs" | "sidecarKey" | "fingerprint">;

/** An asset as the target has it, under its id in the source. */
export const asMoved = (asset: AssetStatus, { facts }: CopyOptions): AssetStatus => ({
  ...asset,
  ...facts?.(asset),
});

export interface CopySummary {
  /** Versions that were written, and those that were there already from an earlier run. */
  readonly copied: number;
  readonly present: number;
  /** Kept as they are: the target indexed these files later than the source. */
  readonly newer: readonly AssetId[];
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
  const identity = await source.store.identity();
  refuseUnlikeModels(identity, await target.store.identity());
  const sum = { copied: 0, present: 0, newer: [] as AssetId[], segments: 0, jobs: 0, archived: 0 };
  const report = (): void => options.onProgress?.(sum);
  await inParallel(
    wanted(source.store, options),
    target.store.capabilities.concurrentCommits,
    async (asset) => {
      options.signal.throwIfAborted();
      const outcome = await copyAsset(
        asMoved(asset, options),
        readerOf(asset, source.store, options.sourceCopy),
        target.store,
        options.rename(asset.id),
        identity,
      );
      if (outcome === "newer") sum.newer.push(asset.id);
      else sum[outcome]++;
      sum.segments += asset.segmentCount;
      report();
    },
  );
  for await (const version of source.store.readArchived()) {
    options.signal.throwIfAborted();
    if (!options.wants(version.id)) continue;
    await target.store.addArchived({ ...version, id: options.rename(version.id) });
    sum.archived++;
    report();
  }
  for (const job of await source.ledger.listJobs()) {
    if (!options.wants(job.id)) continue;
    const id = options.rename(job.id);
    const known = await target.ledger.getJob(id);
    if (!known || known.updatedAtMs < job.updatedAtMs) await target.ledger.putJob({ ...job, id });
    sum.jobs++;
  }
  return sum;
}

async function* wanted(store: Store, { wants }: CopyOptions): AsyncIterable<AssetStatus> {
  for await (const asset of store.listAssets()) if (wants(asset.id)) yield asset;
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
export const isThere = (asset: AssetStatus, there: AssetStatus | undefined): boolean =>
  there !== undefined &&
  there.state === asset.state &&
  there.fingerprint === asset.fingerprint &&
  there.segmentCount === asset.segmentCount &&
  there.indexedAtMs === asset.indexedAtMs &&
  there.error === asset.error;

/** Chooses where to read a version: the copy, when there is one that has it. */
export const readerOf = (
  asset: AssetStatus,
  store: Store,
  copy: Pick<Store, "readVersion"> | undefined,
): Pick<Store, "readVersion"> => (copy && asset.state !== "deleted" ? copy : store);

async function copyAsset(
  asset: AssetStatus,
  source: Pick<Store, "readVersion">,
  target: Store,
  id: AssetId,
  identity: EmbeddingModel | undefined,
): Promise<"copied" | "present" | "newer"> {
  const there = await target.getAsset(id);
  if (isThere(asset, there)) return "present";
  if ((there?.indexedAtMs ?? 0) > (asset.indexedAtMs ?? 0)) return "newer";
  const place = {
    id,
    sizeBytes: asset.sizeBytes,
    mtimeMs: asset.mtimeMs,
    sidecarKey: asset.sidecarKey,
  };
  if (asset.fingerprint === null) await target.register([place]);
  else await target.commit(await versionOf(asset, source, id), identity);
  if (asset.state === "failed") await target.recordFailure(place, asset.error ?? "");
  if (asset.state === "deleted") await target.markDeleted([id]);
  return "copied";
}

async function versionOf(
  asset: AssetStatus,
  source: Pick<Store, "readVersion">,
  id: AssetId,
): Promise<AssetVersion> {
  const segments = await Array.fromAsync(source.readVersion(asset.id));
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
