import type { AssetStatus, Store } from "../backends/backend.ts";
import type { Line } from "../results/moment.ts";
import type { Segment } from "../types.ts";
import { type Flags, stringFlag } from "../cli/flags.ts";
import type { Span } from "./parse-time.ts";
import { assetFilter } from "./search/filter.ts";
import { displayPath } from "./display-path.ts";

/** A file as programs get it: docs/schemas/list.v1.json. */
export const assetRecord = (asset: AssetStatus, cwd: string) => ({
  file: displayPath(asset.id, cwd),
  state: asset.state,
  origin: asset.origin,
  engine: asset.engine,
  language: asset.language,
  durationMs: asset.durationMs,
  segments: asset.segmentCount,
  speakers: asset.speakers,
  sizeBytes: asset.sizeBytes,
  modified: new Date(asset.mtimeMs).toISOString(),
  recorded: asset.recordedAtMs === null ? null : new Date(asset.recordedAtMs).toISOString(),
  indexed: asset.indexedAtMs === null ? null : new Date(asset.indexedAtMs).toISOString(),
  error: asset.error,
});

/** The files of a library that the flags ask for. */
export async function assetsOf(store: Store, cwd: string, flags: Flags): Promise<AssetStatus[]> {
  const isWanted = await assetFilter(flags, store, cwd);
  const state = stringFlag(flags, "state");
  const assets: AssetStatus[] = [];
  for await (const asset of store.listAssets())
    if (isWanted(asset) && (state === undefined || asset.state === state)) assets.push(asset);
  return assets;
}

/** What `--sort` goes by: text upwards, amounts and times from the most or newest down. */
const KEYS: Readonly<Record<string, (asset: AssetStatus) => string | number | null>> = {
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

export const SORT_KEYS = Object.keys(KEYS);

/** Stable, so that equal ones stay in the order of their paths; what has no value comes last either way. */
export function sortAssets(
  assets: readonly AssetStatus[],
  key: string,
  isReversed: boolean,
): AssetStatus[] {
  const valueOf = KEYS[key] ?? (({ id }: AssetStatus) => id);
  const turn = isReversed ? -1 : 1;
  return assets.toSorted((a, b) => {
    const [x, y] = [valueOf(a), valueOf(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return (
      turn * (typeof x === "number" && typeof y === "number" ? y - x : x < y ? -1 : x > y ? 1 : 0)
    );
  });
}

/** A transcript, or a part of it, as programs get it: docs/schemas/transcript.v1.json. */
export const transcriptRecord = (
  { origin, engine, language, durationMs }: AssetStatus,
  file: string,
  segments: readonly Segment[],
) => ({
  version: 1,
  file,
  origin,
  engine,
  language,
  durationMs,
  segments: segments.map(lineRecord),
});

export const lineRecord = ({ startMs, endMs, speaker, text }: Segment): Line => ({
  startMs,
  endMs,
  speaker,
  text,
});

/** The segment that begins then, else the one that is being said, else the one nearest in time. Where a segment ends it is not said any more. */
export function nearestTo(segments: readonly Segment[], at: Span): Segment | undefined {
  const distance = ({ startMs, endMs }: Segment): number =>
    startMs >= at.startMs && startMs < at.endMs
      ? -1
      : at.startMs >= endMs
        ? at.startMs - endMs + 1
        : Math.max(startMs - at.startMs, 0);
  return segments.reduce<Segment | undefined>(
    (best, segment) => (best === undefined || distance(segment) < distance(best) ? segment : best),
    undefined,
  );
}

/** What is said between two times, in part or as a whole. */
export const saidWithin = (
  segments: readonly Segment[],
  from: Span | undefined,
  to: Span | undefined,
): Segment[] =>
  segments.filter(
    ({ startMs, endMs }) =>
      (from === undefined || startMs >= from.startMs || endMs > from.startMs) &&
      (to === undefined || startMs < to.endMs),
  );
