import type { AssetStatus, Condition, SearchFilter, Store } from "../../backends/backend.ts";
import { MediasearchError } from "../../errors.ts";
import { assetMatcher } from "../../search/asset-matcher.ts";
import { FIELD_CONDITIONS, whyUnfit } from "../../search/query/fields.ts";
import { filesMatching } from "../../text/file-filter.ts";

/** Which part of a library a request means. What is left out restricts nothing; what is given must all hold. */
export interface FilterRequest {
  /** A path, a name or a glob of files; relative ones start at the caller's folder. */
  readonly file?: string | undefined;
  /** A speaker's name, or a part of it. */
  readonly speaker?: string | undefined;
  /** A language tag such as `en` or `pt-BR`. */
  readonly lang?: string | undefined;
  /** Where the words came from: `captions` or `asr`. */
  readonly origin?: string | undefined;
  /** Recorded at or after a date: `2026`, `2026-01-31`, `yesterday`, `7d` (days ago). */
  readonly after?: string | undefined;
  /** Recorded before a date, written in the same way. */
  readonly before?: string | undefined;
  /** The length of the file: `>10m`, `<=1h30m`, `10m..20m`. */
  readonly duration?: string | undefined;
  /** How sure the recogniser was, from 0 to 1: `>0.8`, `<60%`, `0.5..0.9`. */
  readonly confidence?: string | undefined;
}

type ConditionName = keyof typeof FIELD_CONDITIONS;

/** The parts of a filter that are conditions on segments; `file` needs a library to be resolved. */
export const CONDITION_NAMES = Object.keys(FIELD_CONDITIONS) as readonly ConditionName[];

/**
 * Reads the conditions of a request.
 * @param labelOf how the caller's user knows a condition, for the error: `--after` on a command line.
 * @throws USAGE naming the condition and what its value must be.
 */
export function filterConditions(
  request: FilterRequest,
  labelOf: (name: string) => string = String,
): Condition[] {
  return CONDITION_NAMES.flatMap((name) => {
    const value = request[name];
    if (value === undefined) return [];
    try {
      return [FIELD_CONDITIONS[name](value)];
    } catch (error) {
      const reason = whyUnfit(error);
      if (reason === undefined) throw error;
      const label = labelOf(name);
      throw new MediasearchError("USAGE", `${label}: ${reason}, not "${value}"`, {
        subject: label,
      });
    }
  });
}

/**
 * Resolves a request into what a store understands.
 * @param cwd where relative paths of `file` start.
 * @throws USAGE as `filterConditions` does.
 */
export async function searchFilter(
  request: FilterRequest,
  store: Store,
  cwd: string,
): Promise<SearchFilter> {
  const { file } = request;
  const conditions = filterConditions(request);
  return {
    ...(file === undefined ? {} : { assets: await filesMatching(store, file, cwd) }),
    ...(conditions.length === 0 ? {} : { where: { all: conditions } }),
  };
}

/** The same filter for lists of whole files: a speaker's files are those in which he or she speaks. */
export async function assetFilter(
  request: FilterRequest,
  store: Store,
  cwd: string,
): Promise<(asset: AssetStatus) => boolean> {
  const { assets, where } = await searchFilter(request, store, cwd);
  const matches = where ? assetMatcher(where) : () => true;
  return (asset) => (assets?.has(asset.id) ?? true) && matches(asset);
}
