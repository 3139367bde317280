import { VOICE_SIZE } from "./voices.ts";

/** Windows that are taken for one voice. */
export interface VoiceCluster {
  /** Positions of its windows in the recording's list. */
  readonly members: readonly number[];
  /** The sum of their voices. */
  readonly sum: Float32Array;
}

/**
 * As many are compared with one another at once: an hour of speech has 4,500 windows, and neither
 * time nor memory may grow with the square of the length.
 */
const BLOCK = 500;

export const similarity = (a: Float32Array, b: Float32Array): number => {
  let product = 0;
  for (let i = 0; i < VOICE_SIZE; i++) product += (a[i] as number) * (b[i] as number);
  return product;
};

/**
 * Joins the most similar clusters until no two are as similar as `minSimilarity`: the mean cosine
 * over all pairs of their voices (average linkage). Longer recordings are joined block by block,
 * then the clusters of the blocks.
 */
export function agglomerate(
  voices: readonly Float32Array[],
  minSimilarity: number,
): readonly VoiceCluster[] {
  let clusters: readonly VoiceCluster[] = voices.map((voice, i) => ({ members: [i], sum: voice }));
  while (clusters.length > BLOCK) {
    const joined: VoiceCluster[] = [];
    for (let at = 0; at < clusters.length; at += BLOCK)
      joined.push(...joinSimilar(clusters.slice(at, at + BLOCK), minSimilarity));
    // Where nothing is alike, there is nothing to join.
    if (joined.length > 0.9 * clusters.length) return joined;
    clusters = joined;
  }
  return joinSimilar(clusters, minSimilarity);
}

/** Average linkage over a matrix of similarities, which Lance and Williams' formula updates. */
function joinSimilar(
  clusters: readonly VoiceCluster[],
  minSimilarity: number,
): readonly VoiceCluster[] {
  const count = clusters.length;
  const current: (VoiceCluster | null)[] = [...clusters];
  const similarities = compareAll(clusters);
  const nearest = Array.from({ length: count }, (_, row) => nearestOf(row, similarities, current));
  for (;;) {
    const row = mostSimilarRow(nearest, current);
    const best = nearest[row];
    if (!best || best.value < minSimilarity) return current.filter((one) => one !== null);
    joinRows(row, best.row, similarities, current);
    const isStale = (i: number): boolean =>
      i === row || nearest[i]?.row === row || nearest[i]?.row === best.row;
    for (let i = 0; i < count; i++)
      nearest[i] = isStale(i)
        ? nearestOf(i, similarities, current)
        : closer(nearest[i], row, similarities[i * count + row] ?? -1);
  }
}

function mostSimilarRow(
  nearest: readonly (Neighbour | undefined)[],
  current: readonly (VoiceCluster | null)[],
): number {
  let most = -1;
  nearest.forEach((one, row) => {
    if (current[row] && one && one.value > (nearest[most]?.value ?? -Infinity)) most = row;
  });
  return most;
}

interface Neighbour {
  readonly row: number;
  readonly value: number;
}

const closer = (known: Neighbour | undefined, row: number, value: number): Neighbour =>
  known && known.value >= value ? known : { row, value };

function compareAll(clusters: readonly VoiceCluster[]): Float32Array {
  const count = clusters.length;
  const all = new Float32Array(count * count);
  clusters.forEach((a, i) => {
    for (let j = 0; j < i; j++) {
      const b = clusters[j] as VoiceCluster;
      const value = similarity(a.sum, b.sum) / (a.members.length * b.members.length);
      all[i * count + j] = value;
      all[j * count + i] = value;
    }
  });
  return all;
}

function nearestOf(
  row: number,
  similarities: Float32Array,
  current: readonly (VoiceCluster | null)[],
): Neighbour | undefined {
  let best: Neighbour | undefined;
  const count = current.length;
  for (let other = 0; other < count; other++)
    if (other !== row && current[other])
      best = closer(best, other, similarities[row * count + other] ?? -1);
  return best;
}

function joinRows(
  a: number,
  b: number,
  similarities: Float32Array,
  current: (VoiceCluster | null)[],
): void {
  const [one, other] = [current[a], current[b]];
  if (!one || !other) return;
  const count = current.length;
  const [sizeA, sizeB] = [one.members.length, other.members.length];
  for (let i = 0; i < count; i++) {
    const value =
      (sizeA * (similarities[a * count + i] ?? 0) + sizeB * (similarities[b * count + i] ?? 0)) /
      (sizeA + sizeB);
    similarities[a * count + i] = value;
    similarities[i * count + a] = value;
  }
  current[a] = {
    members: [...one.members, ...other.members],
    sum: one.sum.map((value, i) => value + (other.sum[i] ?? 0)),
  };
  current[b] = null;
}
