import type { AssetId, AssetStatus, ReadableCatalog } from "../backends/catalog.ts";
import { listMediaFacts } from "../backends/media-facts.ts";
import { toMediasearchError } from "../errors.ts";
import type { FactsOf } from "../search/asset-matcher.ts";
import type { Records } from "../backends/records.ts";
import type { MediaFacts, RecordingPart } from "../types.ts";
import { fileNames } from "./display-path.ts";
import { partOf } from "./recording-parts.ts";
import { parseFingerprint } from "../fingerprint.ts";
import { parseSelection, type Selection } from "../selection.ts";
import { cleanDate, cleanName } from "../text/untrusted.ts";
import type { ListRequest, SortKey } from "./requests.ts";
import { assetFilter } from "./search/filter.ts";

/**
 * Lists the files of a library that a request means.
 * @param cwd where relative paths of the filter start.
 * @param records where titles are; without them conditions on titles hold for every file.
 * @throws USAGE for a malformed filter.
 */
export async function listAssets(
  catalog: ReadableCatalog,
  cwd: string,
  request: ListRequest,
  records?: Pick<Records, "list">,
): Promise<AssetStatus[]> {
  const { state, sort = "file", reverse = false } = request;
  const isWanted = await assetFilter(request, catalog, cwd, records);
  const assets: AssetStatus[] = [];
  for await (const asset of catalog.list())
    if (isWanted(asset) && (state === undefined || asset.state === state)) assets.push(asset);
  return sortAssets(assets, sort, reverse);
}

/** A file as programs get it: docs/schemas/list.v1.json. */
export const assetRecord = (
  asset: AssetStatus,
  cwd: string,
  facts: MediaFacts = {},
  part: RecordingPart | null = null,
) => ({
  ...fileNames(asset.id, cwd),
  ...assetFacts(asset),
  ...mediaRecord(facts),
  part,
});

/** The places of files in recordings of several files; those that are whole have none. */
export async function readParts(
  assets: readonly AssetStatus[],
  catalog: Pick<ReadableCatalog, "get">,
  factsOf: FactsOf,
): Promise<ReadonlyMap<AssetId, RecordingPart>> {
  // The files before and after one are in the same list, as a rule.
  const known = new Map(assets.map((asset) => [asset.id, asset]));
  const access = {
    catalog: { get: async (id: AssetId) => known.get(id) ?? catalog.get(id) },
    factsOf: ({ fingerprint }: AssetStatus) => factsOf(fingerprint),
  };
  const parts = new Map<AssetId, RecordingPart>();
  for (const asset of assets) {
    const part = await partOf(asset, access);
    if (part) parts.set(asset.id, part);
  }
  return parts;
}

/** What is known of each recording; nothing while the cluster that holds it is away. */
export const readFacts = (records: Pick<Records, "list">): Promise<FactsOf> =>
  listMediaFacts(records).catch((error: unknown) => {
    if (toMediasearchError(error).code !== "UNREACHABLE") throw error;
    return () => ({});
  });

/** What is known of a recording besides its words; null where nobody stated it. */
export const mediaRecord = ({ title, show, ...media }: MediaFacts) => ({
  title: title ?? null,
  show: show ?? null,
  media,
});

/** What the library knows of a file, without saying where it is. */
export const assetFacts = (asset: AssetStatus) => ({
  state: asset.state,
  origin: asset.origin,
  engine: asset.engine,
  language: asset.language,
  durationMs: asset.durationMs,
  segments: asset.segmentCount,
  speakers: asset.speakers,
  sizeBytes: asset.sizeBytes,
  modified: isoTime(asset.mtimeMs) ?? new Date(0).toISOString(),
  recorded: isoTime(asset.recordedAtMs),
  indexed: isoTime(asset.indexedAtMs),
  ...selectionRecord(asset),
  error: asset.error,
});

/** Which track and channels a transcript was made of. */
export function selectionRecord({ fingerprint }: Pick<AssetStatus, "fingerprint">): Selection {
  const stored = parseSelection(parseFingerprint(fingerprint ?? "").selection ?? "");
  const { track, channels } = stored;
  return {
    track: track && {
      ...track,
      language: track.language && cleanName(track.language),
      title: cleanName(track.title),
    },
    channels: cleanName(channels),
  };
}

/** null for what Date can't hold, too: no row may hide the others. */
const isoTime = (timeMs: number | null): string | null => {
  const date = cleanDate(timeMs);
  return date === null ? null : new Date(date).toISOString();
};

/** The number of the sound track that a transcript was made of, where there are several. */
export async function heardTrack(
  id: AssetId,
  catalog: ReadableCatalog,
): Promise<number | undefined> {
  const asset = await catalog.get(id);
  const track = asset ? selectionRecord(asset).track : null;
  return track?.type === "audio" && track.of > 1 ? track.number : undefined;
}

type SortValue = string | number | null;

const SORT_VALUES: Readonly<Record<SortKey, (asset: AssetStatus) => SortValue>> = {
  file: ({ id }) => id,
  duration: ({ durationMs }) => durationMs,
  segments: ({ segmentCount }) => segmentCount,
  speakers: ({ speakers }) => speakers.length,
  origin: ({ origin }) => origin,
  state: ({ state }) => state,
  language: ({ language }) => language,
  size: ({ sizeBytes }) => sizeBytes,
  modified: ({ mtimeMs }) => mtimeMs,
  recorded: ({ recordedAtMs }) => recordedAtMs,
  indexed: ({ indexedAtMs }) => indexedAtMs,
};

/** What a list can be sorted by: text upwards, amounts and times from the most or newest down. */
export const SORT_KEYS = Object.keys(SORT_VALUES) as readonly SortKey[];

/**
 * Sorts stably, so that equal files stay in the order of their paths. Files without a value come
 * last.
 */
export function sortAssets(
  assets: readonly AssetStatus[],
  key: SortKey,
  isReversed: boolean,
): AssetStatus[] {
  const valueOf = SORT_VALUES[key];
  const direction = isReversed ? -1 : 1;
  return assets.toSorted((a, b) => {
    const [x, y] = [valueOf(a), valueOf(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return direction * compareValues(x, y);
  });
}

function compareValues(x: string | number, y: string | number): number {
  if (typeof x === "number" && typeof y === "number") return y - x;
  if (x === y) return 0;
  return x < y ? -1 : 1;
}
