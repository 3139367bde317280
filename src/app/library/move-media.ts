import { stat } from "node:fs/promises";
import type { AssetId, AssetStatus, ReadableCatalog } from "../../backends/catalog.ts";
import type { Backend } from "../../backends/backend.ts";
import type { Context } from "../context.ts";
import { MediasearchError } from "../../errors.ts";
import { type FileCandidate, sidecarKeyOf } from "../../pipeline/scan/candidate.ts";
import { formatFingerprint, parseFingerprint } from "../../fingerprint.ts";
import { knownDigest } from "../../pipeline/unchanged.ts";
import { scan } from "../../pipeline/scan/scan.ts";
import { commonFolder, isRemote, objectLocation, type Location } from "../../location.ts";
import type { MovedFacts } from "../../transfer/copy.ts";
import { upload } from "../indexing/upload.ts";

export interface MovedMedia {
  /** Where each file is from now on, with what is known of it there. */
  readonly locations: ReadonlyMap<
    AssetId,
    { readonly location: Location; readonly facts: MovedFacts }
  >;
  readonly uploaded: number;
  readonly present: number;
  /**
   * Files of the library that are not on this machine: their transcripts move, under the old paths.
   */
  readonly absent: readonly AssetId[];
  readonly failed: readonly { readonly file: string; readonly reason: string }[];
}

/**
 * Uploads the recordings and the captions beside them to MEDIA_BUCKET, as they lie below the folder
 * that all are in. What is there already is not sent again.
 */
export async function moveMedia(
  { library }: Backend,
  wants: (id: AssetId) => boolean,
  context: Context,
): Promise<MovedMedia> {
  const { signal, config } = context;
  const { mediaBucket, captions, language } = config.settings;
  if (mediaBucket === undefined)
    throw new MediasearchError("USAGE", "--with-media: into which bucket?", {
      subject: "MEDIA_BUCKET",
      hint: "MEDIA_BUCKET=BUCKET mediasearch migrate --to vast --with-media",
    });
  const { assets, absent } = await splitByPresence(library.catalog, wants);
  const locations = new Map<AssetId, { location: Location; facts: MovedFacts }>();
  const failed: { file: string; reason: string }[] = [];
  if (assets.length === 0) return { locations, uploaded: 0, present: 0, absent, failed };
  const sources = await context.openSources();
  const look = async (roots: readonly Location[]): Promise<FileCandidate[]> => {
    const files: FileCandidate[] = [];
    for await (const item of scan(roots, sources, {
      include: [],
      exclude: [],
      language,
      signal,
    })) {
      if (item.type === "file") files.push(item.file);
      else if (item.type === "unreadable")
        failed.push({ file: item.path, reason: item.error.message });
    }
    return files;
  };
  const ids = assets.map(({ id }) => id);
  const sent = await upload(
    await look(ids),
    [commonFolder(ids)],
    objectLocation(mediaBucket, ""),
    {
      dryRun: false,
      overwrite: false,
      onFailure: (file, { message }) => void failed.push({ file, reason: message }),
    },
    context,
  );
  const moved = new Map(
    sent.flatMap(({ from, location, asset }) => (asset ? [[location, from] as const] : [])),
  );
  const assetsById = new Map(assets.map((asset) => [asset.id, asset]));
  for (const object of await look([...moved.keys()])) {
    const asset = assetsById.get(moved.get(object.path) ?? "");
    if (!asset) continue;
    const digest = knownDigest(object, { captions });
    const fingerprint =
      asset.fingerprint === null
        ? null
        : formatFingerprint({ ...parseFingerprint(asset.fingerprint), ...digest });
    locations.set(asset.id, {
      location: object.path,
      facts: {
        sizeBytes: object.sizeBytes,
        mtimeMs: object.mtimeMs,
        sidecarKey: sidecarKeyOf(object),
        fingerprint,
      },
    });
  }
  const isMedia = sent.filter(({ asset }) => asset !== undefined);
  return {
    locations,
    uploaded: isMedia.filter(({ outcome }) => outcome === "uploaded").length,
    present: isMedia.filter(({ outcome }) => outcome === "present").length,
    absent,
    failed,
  };
}

/**
 * Files of the library that are to be moved, apart by whether this machine has them. Those in an
 * object store already stay there.
 */
async function splitByPresence(
  catalog: ReadableCatalog,
  wants: (id: AssetId) => boolean,
): Promise<{ readonly assets: readonly AssetStatus[]; readonly absent: readonly AssetId[] }> {
  const assets: AssetStatus[] = [];
  const absent: AssetId[] = [];
  for await (const asset of catalog.list()) {
    if (!wants(asset.id) || asset.state === "deleted" || isRemote(asset.id)) continue;
    const isThere = await stat(asset.id).then(
      () => true,
      () => false,
    );
    if (isThere) assets.push(asset);
    else absent.push(asset.id);
  }
  return { assets, absent };
}
