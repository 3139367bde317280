import type { AssetId, AssetStatus } from "../../backends/catalog.ts";
import type { Condition } from "../../backends/search-index.ts";
import { MediasearchError } from "../../errors.ts";
import { assetMatcher, satisfies } from "../../search/asset-matcher.ts";
import { filePatterns, parseQuery } from "../../search/query/parse.ts";
import { fileMatcher } from "../../text/file-filter.ts";
import { speakerMatcher } from "../../text/query-terms.ts";
import type { Segment } from "../../types.ts";

/** What a key's filter lets through. Every filter of a chain of keys must hold. */
export interface AccessFilter {
  /** Whether the file can be visible at all; whole files are decided by it. */
  readonly admitsFile: (asset: AssetStatus) => boolean;
  /** Whether a segment of an admitted file is visible. */
  readonly admitsSegment: (asset: AssetStatus, segment: Segment) => boolean;
  /**
   * Whether the filter speaks of segments (speaker, confidence, time). Then nobody may get the
   * sound or the picture of a file, because they can't be cut along segments.
   */
  readonly isBySegment: boolean;
  /** Whether the filter speaks of more than where files are, which never changes for an id. */
  readonly isByContent: boolean;
  /** The filter for a search, with the visible files as a set. */
  conditionFor(files: readonly AssetId[]): Promise<Condition>;
}

/** A set of which only the membership is known. */
const setOf = (has: (id: AssetId) => boolean): ReadonlySet<AssetId> =>
  ({ has }) as unknown as ReadonlySet<AssetId>;

/**
 * Reads filters in the query language. They hold conditions only, such as `file:"/media/a/**"
 * lang:en`, because words can't be checked on every way to a file.
 * @throws USAGE for a malformed filter, for an empty one, and for one with words.
 */
export async function parseAccessFilter(texts: readonly string[]): Promise<AccessFilter> {
  const condition: Condition = {
    all: await Promise.all(
      texts.map((text) =>
        parseOne(text, async (pattern) => setOf(await fileMatcher(pattern, "/"))),
      ),
    ),
  };
  const admitsFile = assetMatcher(condition);
  const segmentMatches = segmentMatcher(condition);
  return {
    admitsFile: possibleMatcher(condition) ?? admitsFile,
    admitsSegment: segmentMatches,
    isBySegment: mentions(condition, isOfSegment),
    isByContent: mentions(condition, (part) => !("assets" in part)),
    async conditionFor(files) {
      const all = texts.map((text) =>
        parseOne(text, async (pattern) => {
          const matches = await fileMatcher(pattern, "/");
          return new Set(files.filter(matches));
        }),
      );
      return { all: await Promise.all(all) };
    },
  };
}

/** Makes of one filter the condition that it is. */
async function parseOne(
  text: string,
  filesOf: (pattern: string) => Promise<ReadonlySet<AssetId>>,
): Promise<Condition> {
  const files = new Map<string, ReadonlySet<AssetId>>();
  for (const pattern of filePatterns(text)) files.set(pattern, await filesOf(pattern));
  const { where, terms } = parseQuery(text, files);
  if (where === undefined || terms.length > 0 || mentions(where, isText))
    throw new MediasearchError("USAGE", `filter: must hold conditions only, not "${text}"`, {
      subject: "filter",
      hint: 'conditions such as file:"/media/team-a/**", speaker:ann, lang:en, after:2026-01-01, with AND, OR, NOT and ( )',
    });
  return where;
}

/** Titles and chapters change with a file beside the recording, so that they can't guard it. */
const isText = (condition: Condition): boolean =>
  ["term", "phrase", "near", "pattern", "heading"].some((kind) => kind in condition);
const isOfSegment = (condition: Condition): boolean =>
  "speaker" in condition ||
  "during" in condition ||
  ("compare" in condition && condition.compare === "confidence");

/** Whether any part of a condition that has no parts itself is of that kind. */
function mentions(condition: Condition, isKind: (part: Condition) => boolean): boolean {
  if ("all" in condition) return condition.all.some((part) => mentions(part, isKind));
  if ("any" in condition) return condition.any.some((part) => mentions(part, isKind));
  if ("not" in condition) return mentions(condition.not, isKind);
  return isKind(condition);
}

/**
 * Of a filter on segments a file is visible as soon as one of its segments is; which ones are is
 * found by reading them. This only tells files that surely have none.
 */
function possibleMatcher(condition: Condition): ((asset: AssetStatus) => boolean) | undefined {
  if (!mentions(condition, isOfSegment)) return undefined;
  if ("all" in condition) {
    const parts = condition.all.map((part) => possibleMatcher(part) ?? assetMatcher(part));
    return (asset) => parts.every((mayHold) => mayHold(asset));
  }
  if ("any" in condition) {
    const parts = condition.any.map((part) => possibleMatcher(part) ?? assetMatcher(part));
    return (asset) => parts.some((mayHold) => mayHold(asset));
  }
  return "speaker" in condition ? assetMatcher(condition) : () => true;
}

/** Decides a condition exactly, for one segment of a file. */
function segmentMatcher(condition: Condition): (asset: AssetStatus, segment: Segment) => boolean {
  if ("all" in condition) {
    const parts = condition.all.map(segmentMatcher);
    return (asset, segment) => parts.every((holds) => holds(asset, segment));
  }
  if ("any" in condition) {
    const parts = condition.any.map(segmentMatcher);
    return (asset, segment) => parts.some((holds) => holds(asset, segment));
  }
  if ("not" in condition) {
    const holds = segmentMatcher(condition.not);
    return (asset, segment) => !holds(asset, segment);
  }
  if ("speaker" in condition) {
    const matches = speakerMatcher(condition.speaker);
    return (_asset, segment) => matches(segment.speaker);
  }
  if ("compare" in condition && condition.compare === "confidence") {
    const { is, value } = condition;
    return (_asset, { confidence }) => confidence !== null && satisfies(confidence, is, value);
  }
  if ("during" in condition) {
    const [fromMs, untilMs] = condition.during;
    return (_asset, { startMs, endMs }) => startMs <= untilMs && endMs >= fromMs;
  }
  const holds = assetMatcher(condition);
  return (asset) => holds(asset);
}
