import { endsFrom, MAX_ENDS, phraseMatcher, prefixMatcher, splits } from "../../text/phrases.ts";
import { speakerMatcher } from "../../text/query-terms.ts";
import type { Comparison, Condition, SearchFilter } from "../search-index.ts";
import { hasTerm, type SegmentEntry } from "./rank.ts";

type Meets = (row: SegmentEntry) => boolean;

export function compileFilter({ assets, speaker, where }: SearchFilter): Meets {
  const all: Condition[] = [
    ...(assets ? [{ assets }] : []),
    ...(speaker === undefined ? [] : [{ speaker }]),
    ...(where ? [where] : []),
  ];
  return compileMatcher({ all });
}

function compileMatcher(condition: Condition): Meets {
  if ("all" in condition) {
    const parts = condition.all.map(compileMatcher);
    return (row) => parts.every((meets) => meets(row));
  }
  if ("any" in condition) {
    const parts = condition.any.map(compileMatcher);
    return (row) => parts.some((meets) => meets(row));
  }
  if ("not" in condition) {
    const meets = compileMatcher(condition.not);
    return (row) => !meets(row);
  }
  if ("term" in condition) {
    const { term } = condition;
    if (typeof term === "string") return ({ segment }) => hasTerm(segment, term);
    const has = prefixMatcher(term.prefix);
    return ({ segment }) => has(segment.text) || has(segment.speaker ?? "");
  }
  if ("phrase" in condition) return phraseFilter(condition.phrase);
  return compileField(condition);
}

function phraseFilter(phrase: string): Meets {
  const { isIn } = phraseMatcher(phrase);
  const parts = splits(phrase).map(
    ({ left, right }) => [endsFrom(left), phraseMatcher(right).isStartOf] as const,
  );
  return ({ version, segment }) => {
    if (isIn(segment.text) || isIn(segment.speaker ?? "")) return true;
    const next = version.segments
      .slice(segment.index + 1, segment.index + 1 + MAX_ENDS)
      .map(({ text }) => text);
    return next.some((last, at) =>
      parts.some(([left, right]) => right(last) && left(segment.text, next.slice(0, at).join(" "))),
    );
  };
}

function compileField(
  condition: Exclude<
    Condition,
    | { readonly all: unknown }
    | { readonly any: unknown }
    | { readonly not: unknown }
    | { readonly term: unknown }
    | { readonly phrase: unknown }
  >,
): Meets {
  if ("assets" in condition) return ({ version }) => condition.assets.has(version.id);
  if ("speaker" in condition) {
    const matches = speakerMatcher(condition.speaker);
    return ({ segment }) => matches(segment.speaker);
  }
  if ("origin" in condition) return ({ version }) => version.origin === condition.origin;
  if ("language" in condition) {
    const tag = condition.language.toLowerCase();
    return ({ version }) => `${version.language.toLowerCase()}-`.startsWith(`${tag}-`);
  }
  return (row) => {
    const value = comparedValue(condition, row);
    return value !== null && COMPARE[condition.is](value, condition.value);
  };
}

function comparedValue({ compare }: Comparison, { version, segment }: SegmentEntry): number | null {
  if (compare === "confidence") return segment.confidence;
  if (compare === "durationMs") return version.durationMs;
  return version.recordedAtMs ?? version.mtimeMs;
}

const COMPARE: Readonly<Record<Comparison["is"], (a: number, b: number) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};
