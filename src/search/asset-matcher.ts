import type { AssetStatus } from "../backends/catalog.ts";
import type { Comparison, Condition } from "../backends/search-index.ts";
import type { HeadingKind } from "../backends/headings.ts";
import type { MediaFacts } from "../types.ts";
import { phraseMatcher } from "../text/phrases.ts";
import { speakerMatcher } from "../text/query-terms.ts";

/** What is known of the recording that a transcript is of. */
export type FactsOf = (fingerprint: string | null) => MediaFacts;

/** Without facts it is not asked. */
function headingMatcher(
  kind: HeadingKind,
  has: string,
  factsOf: FactsOf | undefined,
): (asset: AssetStatus) => boolean {
  if (!factsOf) return () => true;
  const { isIn } = phraseMatcher(has);
  return ({ fingerprint }) => {
    const { title, show, chapters = [] } = factsOf(fingerprint);
    if (kind === "chapter") return chapters.some((chapter) => isIn(chapter.title));
    return isIn((kind === "title" ? title : show) ?? "");
  };
}

/**
 * Conditions on files, for lists of files. A file meets one on speakers when anybody in it does;
 * one on words or segments is not asked of files.
 */
export function assetMatcher(
  condition: Condition,
  factsOf?: FactsOf,
): (asset: AssetStatus) => boolean {
  const partOf = (part: Condition): ((asset: AssetStatus) => boolean) =>
    assetMatcher(part, factsOf);
  if ("all" in condition) {
    const parts = condition.all.map(partOf);
    return (asset) => parts.every((meets) => meets(asset));
  }
  if ("any" in condition) {
    const parts = condition.any.map(partOf);
    return (asset) => parts.some((meets) => meets(asset));
  }
  if ("not" in condition) {
    const meets = partOf(condition.not);
    return (asset) => !meets(asset);
  }
  if ("heading" in condition) return headingMatcher(condition.heading, condition.has, factsOf);
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
