import type { EmbeddingModel } from "../embedding-model.ts";
import assert from "node:assert/strict";
import { MediasearchError } from "../errors.ts";
import type { EmbeddedSegment } from "../types.ts";
import type { AssetVersion } from "./versions.ts";
import type { Condition, Hit } from "./search-index.ts";
import type { Library } from "./library.ts";

/** A law that every library must obey. Each case gets an empty library of its own. */
export interface LibraryCase {
  readonly law: string;
  readonly run: (library: Library) => Promise<void>;
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

export const commit = (library: Library, ...args: Parameters<typeof version>): Promise<void> =>
  library.versions.commit(version(...args), MODEL);
export const texts = (hits: readonly Hit[]): string[] => hits.map(({ segment }) => segment.text);
export const words = async (library: Library, ...terms: string[]): Promise<string[]> =>
  texts(await library.searchIndex.searchText({ terms }, {}, 100));
/** The texts that meet a condition, sorted; by words and by meaning they must be the same. */
export async function meeting(library: Library, where: Condition, between = " "): Promise<string> {
  const sorted = (hits: readonly Hit[]): string =>
    texts(hits)
      .toSorted((a, b) => a.localeCompare(b, "en"))
      .join(between);
  const hits = await library.searchIndex.searchText(
    { terms: [], termsOptional: true },
    { where },
    100,
  );
  const found = sorted(hits);
  assert.equal(
    sorted(await library.searchIndex.searchVector(vector(1, 1, 1, 1), { where }, 100)),
    found,
    JSON.stringify(where),
  );
  assert.equal(
    await library.searchIndex.countText({ terms: [], termsOptional: true }, { where }),
    hits.length,
  );
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
