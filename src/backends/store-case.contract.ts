import type { EmbeddingModel } from "../embedding-model.ts";
import assert from "node:assert/strict";
import { MediasearchError } from "../errors.ts";
import type { EmbeddedSegment } from "../types.ts";
import type { AssetVersion, Condition, Hit, Store } from "./backend.ts";

/** A case goes here when every store must obey it. Each gets an empty store of its own. */
export interface StoreCase {
  readonly law: string;
  readonly run: (store: Store) => Promise<void>;
}

export const MODEL: EmbeddingModel = { embedder: "test@1", dimensions: 4 };
const AXES: readonly (readonly number[])[] = [
  [1, 0, 0, 0],
  [0, 1, 0, 0],
  [0, 0, 1, 0],
  [0, 0, 0, 1],
];
export const vector = (...values: readonly number[]): Float32Array => {
  const length = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / length);
};

type Draft = Partial<EmbeddedSegment> & { readonly text: string };

export function version(
  id: string,
  drafts: readonly Draft[],
  more: Partial<AssetVersion> = {},
): AssetVersion {
  const segments = drafts.map((draft, index): EmbeddedSegment => ({
    index,
    startMs: index * 5000,
    endMs: index * 5000 + 4000,
    speaker: null,
    confidence: 0.5,
    vector: vector(...(AXES[index % 4] ?? [])),
    ...draft,
  }));
  return {
    id,
    sizeBytes: 10,
    mtimeMs: 20,
    fingerprint: `f-${id}`,
    sidecarKey: "c",
    origin: "asr",
    engine: "e@1",
    language: "en",
    durationMs: 60_000,
    segments,
    ...more,
  };
}

export const commit = (store: Store, ...args: Parameters<typeof version>): Promise<void> =>
  store.commit(version(...args), MODEL);
export const texts = (hits: readonly Hit[]): string[] => hits.map(({ segment }) => segment.text);
export const words = async (store: Store, ...terms: string[]): Promise<string[]> =>
  texts(await store.searchText({ terms }, {}, 100));
/** The texts that meet a condition, sorted; by words and by meaning they must be the same. */
export async function meeting(store: Store, where: Condition, between = " "): Promise<string> {
  const sorted = (hits: readonly Hit[]): string =>
    texts(hits)
      .toSorted((a, b) => a.localeCompare(b, "en"))
      .join(between);
  const hits = await store.searchText({ terms: [], termsOptional: true }, { where }, 100);
  const found = sorted(hits);
  assert.equal(
    sorted(await store.searchVector(vector(1, 1, 1, 1), { where }, 100)),
    found,
    JSON.stringify(where),
  );
  assert.equal(await store.countText({ terms: [], termsOptional: true }, { where }), hits.length);
  return found;
}
export const rejects = async (act: Promise<unknown>, code: string): Promise<void> => {
  await assert.rejects(act, (error) => error instanceof MediasearchError && error.code === code);
};
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
export const place = (
  id: string,
): { id: string; sizeBytes: number; mtimeMs: number; sidecarKey: string } => ({
  id,
  sizeBytes: 77,
  mtimeMs: 88,
  sidecarKey: "d",
});
