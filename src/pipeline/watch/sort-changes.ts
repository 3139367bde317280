import type { Location } from "../../location.ts";
import {
  bySource,
  type KnownAssets,
  type MediaSources,
  type SortedChanges,
} from "../sources/media-source.ts";

export interface ChangeServices {
  readonly library: { readonly catalog: KnownAssets };
  readonly sources: MediaSources;
}

/** Sorts locations below the roots that changed into those to list and assets that are gone. */
export async function sortChanges(
  changed: readonly Location[],
  roots: readonly Location[],
  { library, sources }: ChangeServices,
): Promise<SortedChanges> {
  const rootsOf = bySource(roots, sources);
  const sorted: SortedChanges[] = [];
  for (const [source, own] of bySource(changed, sources))
    sorted.push(await source.sortChanges(own, rootsOf.get(source) ?? [], library.catalog));
  return {
    there: sorted.flatMap(({ there }) => there),
    gone: sorted.flatMap(({ gone }) => gone),
  };
}
