import type { AssetId, AssetStatus, ReadableCatalog } from "../backends/catalog.ts";
import { isFullFile, type PartName, partName } from "../media/part-names.ts";
import type { MediaFacts, RecordingPart } from "../types.ts";

export interface PartsAccess {
  readonly catalog: Pick<ReadableCatalog, "get">;
  readonly factsOf: (asset: AssetStatus) => MediaFacts | Promise<MediaFacts>;
}

/** No device counts further, and nobody films that long. */
const MAX_PARTS = 200;
const DAY_MS = 24 * 3_600_000;
/** Clocks of cameras note when a file was opened, some when it was closed. */
const CLOCK_MS = 120_000;

/** Whether the name of a file is such that it may be a part; most are not. */
export const mayBePart = (id: AssetId): boolean => partName(nameIn(id)) !== undefined;

const folderOf = (id: AssetId): string =>
  id.slice(0, Math.max(id.lastIndexOf("/"), id.lastIndexOf("\\")) + 1);
const nameIn = (id: AssetId): string => id.slice(folderOf(id).length);

/**
 * Finds the files before and after one that belong to the same recording: those that a camera names
 * so, and those that follow a file which had reached the largest size. Files whose pictures, sound
 * or dates don't go together are recordings of their own.
 * @returns null for a file that is a whole recording.
 */
export async function partOf(
  asset: AssetStatus,
  access: PartsAccess,
): Promise<RecordingPart | null> {
  const folder = folderOf(asset.id);
  const own = partName(nameIn(asset.id));
  if (asset.state === "deleted" || !own || (own.first !== null && own.number < own.first))
    return null;
  const at = async (number: number): Promise<AssetStatus | undefined> => {
    const name = own.nameOf(number);
    const found = name === undefined ? undefined : await access.catalog.get(folder + name);
    return found?.state === "deleted" ? undefined : found;
  };
  const before = await walk(own, -1, asset, at, access);
  const after = await walk(own, 1, asset, at, access);
  if (before.length + after.length === 0) return null;
  const firstNumber = own.number - before.length;
  const missing = own.first === null ? 0 : firstNumber - own.first;
  const first = before.at(-1) ?? asset;
  return {
    name: own.first === null ? (partName(nameIn(first.id))?.whole ?? own.whole) : own.whole,
    number: missing + before.length + 1,
    of: missing + before.length + 1 + after.length,
    startMs: missing > 0 ? null : sumOf(before),
  };
}

/** The parts that follow each other in one direction, the nearest first. */
async function walk(
  own: PartName,
  step: 1 | -1,
  from: AssetStatus,
  at: (number: number) => Promise<AssetStatus | undefined>,
  access: PartsAccess,
): Promise<readonly AssetStatus[]> {
  const found: AssetStatus[] = [];
  let last = from;
  while (found.length < MAX_PARTS) {
    const next = await at(own.number + step * (found.length + 1));
    if (!next) break;
    const [earlier, later] = step === 1 ? [last, next] : [next, last];
    const follows =
      own.first === null
        ? isFullFile(earlier.sizeBytes) && (await isContinued(earlier, later, access))
        : isSameDay(earlier, later);
    if (!follows) break;
    found.push(next);
    last = next;
  }
  return found;
}

function sumOf(assets: readonly AssetStatus[]): number | null {
  let sumMs = 0;
  for (const { durationMs } of assets) {
    if (durationMs === null) return null;
    sumMs += durationMs;
  }
  return sumMs;
}

/** Cameras begin to count anew when their card is emptied; dates tell such files apart. */
const isSameDay = (earlier: AssetStatus, later: AssetStatus): boolean =>
  earlier.recordedAtMs === null ||
  later.recordedAtMs === null ||
  Math.abs(later.recordedAtMs - earlier.recordedAtMs) < DAY_MS;

/** What one device writes is alike, and a part begins where the one before ends. */
async function isContinued(
  earlier: AssetStatus,
  later: AssetStatus,
  { factsOf }: PartsAccess,
): Promise<boolean> {
  const [a, b] = [await factsOf(earlier), await factsOf(later)];
  const isAlike =
    a.container === b.container &&
    a.audioCodec === b.audioCodec &&
    a.videoCodec === b.videoCodec &&
    a.width === b.width &&
    a.height === b.height &&
    a.frameRate === b.frameRate;
  const [before, after] = [earlier.recordedAtMs, later.recordedAtMs];
  if (!isAlike || before === null || after === null) return isAlike;
  const gapMs = after - before;
  return gapMs >= -CLOCK_MS && gapMs <= (earlier.durationMs ?? DAY_MS) + CLOCK_MS;
}
