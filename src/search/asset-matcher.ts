import type { AssetStatus } from "../backends/catalog.ts";
import type { Comparison, Condition } from "../backends/search-index.ts";
import { speakerMatcher } from "../text/query-terms.ts";

/**
 * Conditions on files, for lists of files. A file meets one on speakers when anybody in it does;
 * one on words or segments is not asked of files.
 */
export function assetMatcher(condition: Condition): (asset: AssetStatus) => boolean {
  if ("all" in condition) {
    const parts = condition.all.map(assetMatcher);
    return (asset) => parts.every((meets) => meets(asset));
  }
  if ("any" in condition) {
    const parts = condition.any.map(assetMatcher);
    return (asset) => parts.some((meets) => meets(asset));
  }
  if ("not" in condition) {
    const meets = assetMatcher(condition.not);
    return (asset) => !meets(asset);
  }
  if ("assets" in condition) return ({ id }) => condition.assets.has(id);
  if ("origin" in condition) return ({ origin }) => origin === condition.origin;
  if ("language" in condition)
    return ({ language }) =>
      language !== null &&
      `${language.toLowerCase()}-`.startsWith(`${condition.language.toLowerCase()}-`);
  if ("speaker" in condition) {
    const matches = speakerMatcher(condition.speaker);
    return ({ speakers }) => speakers.some(matches);
  }
  return "compare" in condition ? (asset) => meetsComparison(condition, asset) : () => true;
}

function meetsComparison(
  { compare: property, is, value }: Comparison,
  asset: AssetStatus,
): boolean {
  const actual = assetProperty(property, asset);
  return actual !== null && satisfies(actual, is, value);
}

export function satisfies(actual: number, is: Comparison["is"], value: number): boolean {
  if (is === "<") return actual < value;
  if (is === "<=") return actual <= value;
  return is === ">" ? actual > value : actual >= value;
}

/** null for what a file does not say, and for what only its segments have. */
function assetProperty(property: Comparison["compare"], asset: AssetStatus): number | null {
  if (property === "durationMs") return asset.durationMs;
  return property === "recordedAtMs" ? (asset.recordedAtMs ?? asset.mtimeMs) : null;
}
