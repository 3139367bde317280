import { patternTimeout } from "../../../text/bounded-regexp.ts";
import { foldText, isAscii } from "../../../text/fold.ts";
import { prefixStems } from "../../../text/phrases.ts";
import { mayBeNear } from "../../../text/spelling.ts";
import { termRows } from "../../../text/terms.ts";
import { type TextPattern, textTester, wildcardBeginning } from "../../../text/text-patterns.ts";
import { toText } from "../rows.ts";
import { WORDS } from "../tables.ts";
import {
  type Compiling,
  isAmong,
  isOneOfSegments,
  NEVER,
  type SqlCondition,
  withLive,
} from "./condition.ts";
import { textLiteral } from "./literals.ts";
import { rowOccurrences, stemOccurrences } from "./occurrences.ts";
import { candidateTexts, isUpTo } from "./texts.ts";

/** What the texts of a search may be looked through for, as in a local library. */
const MAX_MS = 5000;
const BATCH_TEXTS = 2000;
/** Fewer letters are the beginning of too many words for the index to be of use. */
const MIN_BEGINNING = 3;

type LookedFor = Exclude<TextPattern, { readonly fuzzy: string }>;

export const resolvePattern = (compiling: Compiling, pattern: TextPattern): Promise<SqlCondition> =>
  "fuzzy" in pattern ? byStems(compiling, pattern) : byTexts(compiling, pattern);

/** The index has each word as its stem, and stems are what is compared. */
async function byStems(
  { reader }: Compiling,
  { fuzzy, errors }: Extract<TextPattern, { readonly fuzzy: string }>,
): Promise<SqlCondition> {
  const isNear = mayBeNear(fuzzy, errors);
  const rows = await reader.rows(
    `${withLive(reader)} SELECT DISTINCT w.stem FROM ${reader.name(WORDS)} w JOIN live v ON v.version_id = w.version_id WHERE w.stem <> '' AND length(w.stem) <= ${fuzzy.length + errors}`,
  );
  const stems = rows.map(({ stem }) => toText(stem)).filter((stem) => isNear(stem));
  return stems.length === 0 ? NEVER : isAmong(stemOccurrences(reader, stems));
}

/** @throws TIMED_OUT */
async function byTexts(compiling: Compiling, pattern: LookedFor): Promise<SqlCondition> {
  const test = textTester(pattern);
  const texts = await candidateTexts(compiling, mayHave(compiling, pattern));
  const untilMs = performance.now() + MAX_MS;
  const isFound: boolean[] = [];
  for (let from = 0; from < texts.length; from += BATCH_TEXTS) {
    const leftMs = untilMs - performance.now();
    if (leftMs <= 0) throw patternTimeout(nameOf(pattern));
    const some = texts.slice(from, from + BATCH_TEXTS);
    const said = test(
      [...some.map(({ text }) => text), ...some.map(({ speaker }) => speaker ?? "")],
      leftMs,
    );
    isFound.push(...some.map((_, i) => said[i] === true || said[some.length + i] === true));
  }
  return isOneOfSegments(texts.filter((_, i) => isFound[i]));
}

const nameOf = (pattern: LookedFor): string =>
  "regex" in pattern ? `/${pattern.regex}/` : pattern.wildcard;

/** The condition on `s` that every text with the pattern meets. */
function mayHave({ reader }: Compiling, pattern: LookedFor): string {
  if ("regex" in pattern) return "TRUE";
  const beginning = wildcardBeginning(pattern.wildcard);
  if (beginning.length >= MIN_BEGINNING) {
    const { sure, unsure } = prefixStems(beginning);
    if (sure.length + unsure.length > 0) {
      const rows = termRows({ prefix: beginning }).map((row) => rowOccurrences(reader, row));
      return isUpTo(0, rows.join(" UNION ALL "));
    }
  }
  return likeWildcard(pattern.wildcard);
}

/** Letters that are folded when they are compared are none to look for: those texts all count. */
const NOT_ASCII = "[^ -~]";

function likeWildcard(wildcard: string): string {
  const parts = foldText(wildcard)
    .split(/[*?]+/)
    .filter((part) => part !== "" && isAscii(part) && /^[a-z0-9]+$/.test(part));
  if (parts.length === 0) return "TRUE";
  const has = (column: string): string =>
    `(lower(${column}) LIKE ${textLiteral(`%${parts.join("%")}%`)} OR regexp_matches(${column}, ${textLiteral(NOT_ASCII)}))`;
  return `(${has("s.text")} OR COALESCE(${has("s.speaker")}, FALSE))`;
}
