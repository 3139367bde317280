import type { AssetStatus, Condition, SearchFilter, Store } from "../../backends/backend.ts";
import { MediasearchError } from "../../errors.ts";
import { FIELD_CONDITIONS, whyUnfit } from "../../search/query/fields.ts";
import { filesMatching } from "../../text/file-filter.ts";
import { assetMatcher } from "../../search/asset-matcher.ts";
import { type Flags, stringFlag } from "../../cli/flags.ts";

/** The flags that say of what to search, as a filter. @throws USAGE naming the flag and what it may be. */
export async function searchFilter(flags: Flags, store: Store, cwd: string): Promise<SearchFilter> {
  const pattern = stringFlag(flags, "file");
  const conditions = flagConditions(flags);
  return {
    ...(pattern === undefined ? {} : { assets: await filesMatching(store, pattern, cwd) }),
    ...(conditions.length === 0 ? {} : { where: { all: conditions } }),
  };
}

/** The same flags where whole files are listed: a speaker's are those in which he or she speaks. */
export async function assetFilter(
  flags: Flags,
  store: Store,
  cwd: string,
): Promise<(asset: AssetStatus) => boolean> {
  const { assets, where } = await searchFilter(flags, store, cwd);
  const matches = where ? assetMatcher(where) : () => true;
  return (asset) => (assets?.has(asset.id) ?? true) && matches(asset);
}

const NAMES = Object.keys(FIELD_CONDITIONS) as (keyof typeof FIELD_CONDITIONS)[];

function flagConditions(flags: Flags): Condition[] {
  return NAMES.flatMap((name) => {
    const value = stringFlag(flags, name);
    if (value === undefined) return [];
    try {
      return [FIELD_CONDITIONS[name](value)];
    } catch (error) {
      const why = whyUnfit(error);
      if (why === undefined) throw error;
      throw new MediasearchError("USAGE", `--${name}: ${why}, not "${value}"`, {
        subject: `--${name}`,
      });
    }
  });
}
