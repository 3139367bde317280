import { endsFrom, MAX_ENDS, phraseMatcher, prefixMatcher, splits } from "../../text/phrases.ts";
import { speakerMatcher } from "../../text/query-terms.ts";
import type { HeadingKind } from "../headings.ts";
import type { Comparison, Condition, SearchFilter } from "../search-index.ts";
import { type StemRow, stemColumns, termRows } from "../../text/terms.ts";
import { type TextPattern, textTester } from "../../text/text-patterns.ts";
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
    if (typeof term === "string") return (entry) => hasTerm(entry, term);
    const has = prefixMatcher(term.prefix);
    return ({ segment }) => has(segment.text) || has(segment.speaker ?? "");
  }
  if ("phrase" in condition) return phraseFilter(condition.phrase);
  if ("near" in condition) return nearFilter(condition.near, condition.within);
  if ("pattern" in condition) return patternFilter(condition.pattern);
  return compileField(condition);
}

function nearFilter(words: readonly string[], within: number): Meets {
  const rows = words.map((word) => termRows(word).slice(0, 1));
  return ({ segment }) =>
    stemColumns(segment).some((column) => {
      const places = rows.map((forms) => placesOf(column, forms));
      return places.flat().some(({ start }) => {
        // The nearest of each word that does not begin before this one.
        const after = places.map((some) => some.find((place) => place.start >= start));
        if (after.some((place) => place === undefined)) return false;
        const ends = after.map((place) => place?.end ?? 0);
        const starts = after.map((place) => place?.start ?? 0);
        return Math.max(...starts) - Math.min(...ends) <= within;
      });
    });
}

interface Place {
  readonly start: number;
  /** Behind the last word. */
  readonly end: number;
}

const placesOf = (column: readonly string[], forms: readonly StemRow[]): Place[] =>
  column.flatMap((_, start) =>
    forms.some(({ row }) => row.every((stem, i) => column[start + i] === stem))
      ? [{ start, end: start + (forms[0]?.row.length ?? 1) }]
      : [],
  );

const PATTERN_MS = 5000;

function patternFilter(pattern: TextPattern): Meets {
  const test = textTester(pattern);
  return ({ segment }) => test([segment.text, segment.speaker ?? ""], PATTERN_MS).some(Boolean);
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
    | { readonly near: unknown }
    | { readonly pattern: unknown }
  >,
): Meets {
  if ("during" in condition) {
    const [fromMs, untilMs] = condition.during;
    return ({ segment }) => segment.startMs <= untilMs && segment.endMs >= fromMs;
  }
  if ("assets" in condition) return ({ version }) => condition.assets.has(version.id);
  if ("speaker" in condition) {
    const matches = speakerMatcher(condition.speaker);
    return ({ segment }) => matches(segment.speaker);
  }
  if ("heading" in condition) return headingFilter(condition.heading, condition.has);
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

/** A chapter stands over what is said in it for the most part. */
function headingFilter(wanted: HeadingKind, has: string): Meets {
  const { isIn } = phraseMatcher(has);
  return ({ headings, segment }) => {
    const middleMs = Math.floor((segment.startMs + segment.endMs) / 2);
    return headings.some(
      ({ kind, text, startMs, endMs }) =>
        kind === wanted && isIn(text) && middleMs >= startMs && middleMs < endMs,
    );
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
