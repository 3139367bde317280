import type { AssetStatus, ReadableCatalog } from "../../backends/catalog.ts";
import type { Condition, SearchFilter } from "../../backends/search-index.ts";
import type { Records } from "../../backends/records.ts";
import { MediasearchError } from "../../errors.ts";
import { assetMatcher, type FactsOf } from "../../search/asset-matcher.ts";
import { FIELD_CONDITIONS, whyUnfit } from "../../search/query/fields.ts";
import { filesMatching } from "../../text/file-filter.ts";
import type { FilterRequest } from "../requests.ts";

type ConditionName = keyof typeof FIELD_CONDITIONS;

/** The parts of a filter that are conditions on segments; `file` needs a library to be resolved. */
export const CONDITION_NAMES = Object.keys(FIELD_CONDITIONS) as readonly ConditionName[];

/**
 * Reads the conditions of a request.
 * @param labelOf how the caller's user knows a condition, for the error: `--after` on a command
 * line.
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
      return [orUnstated(FIELD_CONDITIONS[name](value))];
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

/** The language of a file of which nobody says it. */
const UNSTATED: Condition = { language: "und" };

/** Whoever filters by a language wants what may be in it as well: captions seldom say it. */
const orUnstated = (condition: Condition): Condition =>
  "language" in condition ? { any: [condition, UNSTATED] } : condition;

/** A condition on the language without what was added to it; undefined for all else. */
export const statedLanguage = (condition: Condition): Condition | undefined =>
  "any" in condition && condition.any.includes(UNSTATED) ? condition.any[0] : undefined;

/** How many files of the library a filter by language takes in though nobody says theirs. */
export async function countUnstated(catalog: ReadableCatalog): Promise<number> {
  const isUnstated = assetMatcher(UNSTATED);
  let files = 0;
  for await (const asset of catalog.list())
    if (asset.state !== "deleted" && asset.fingerprint !== null && isUnstated(asset)) files++;
  return files;
}

/**
 * Resolves a request into what a store understands.
 * @param cwd where relative paths of `file` start.
 * @throws USAGE as `filterConditions` does.
 */
export async function searchFilter(
  request: FilterRequest,
  catalog: ReadableCatalog,
  cwd: string,
): Promise<SearchFilter> {
  const { file } = request;
  const conditions = filterConditions(request);
  return {
    ...(file === undefined ? {} : { assets: await filesMatching(catalog, file, cwd) }),
    ...(conditions.length === 0 ? {} : { where: { all: conditions } }),
  };
}

/**
 * The same filter for lists of whole files: a speaker's files are those in which he or she speaks.
 */
export async function assetFilter(
  request: FilterRequest,
  catalog: ReadableCatalog,
  cwd: string,
  records?: Pick<Records, "list">,
): Promise<(asset: AssetStatus) => boolean> {
  const { assets, where } = await searchFilter(request, catalog, cwd);
  const asksHeading = [request.title, request.show, request.chapter].some(Boolean);
  const factsOf = asksHeading && records ? await readFacts(records) : undefined;
  const matches = where ? assetMatcher(where, factsOf) : () => true;
  return (asset) => (assets?.has(asset.id) ?? true) && matches(asset);
}

/** Loaded by those who ask for titles: every search loads this file. */
async function readFacts(records: Pick<Records, "list">): Promise<FactsOf> {
  const { listMediaFacts } = await import("../../backends/media-facts.ts");
  return listMediaFacts(records);
}
