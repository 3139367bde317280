import { endsFrom, MAX_ENDS, phraseMatcher, splits } from "../../../text/phrases.ts";
import { type StemRow, termRows } from "../../../text/terms.ts";
import { grams, termTokens } from "../../../text/words.ts";
import { COLUMN_PLACES } from "../words.ts";
import {
  type Compiling,
  isOneOfSegments,
  NEVER,
  type SegmentKey,
  type SqlCondition,
} from "./condition.ts";
import { rowOccurrences } from "./occurrences.ts";
import type { SqlReader } from "./run.ts";
import { type CandidateText, candidateTexts, isUpTo, keyOf } from "./texts.ts";

/** Words that the index is asked for: they are rare enough, and the texts decide. */
const MAX_LOOKED_UP = 8;

/**
 * A phrase in one text, or over the ends of up to four. The index gives the places where the stems
 * are, and the texts decide.
 */
export async function resolvePhrase(compiling: Compiling, phrase: string): Promise<SqlCondition> {
  const whole = inOrder(compiling.reader, phrase);
  if (whole === undefined) return NEVER;
  const { isIn } = phraseMatcher(phrase);
  const inside = (await candidateTexts(compiling, isUpTo(0, whole))).filter(
    ({ text, speaker }) => isIn(text) || isIn(speaker ?? ""),
  );
  const across: SegmentKey[] = [];
  for (const { left, right } of splits(phrase))
    across.push(...(await findAcross(compiling, left, right)));
  const all = new Map([...inside, ...across].map((one) => [keyOf(one), one]));
  return isOneOfSegments([...all.values()]);
}

/** The segments that end with `left` where one soon after them begins with `right`. */
async function findAcross(
  compiling: Compiling,
  left: string,
  right: string,
): Promise<readonly SegmentKey[]> {
  const looked = right.split(" ", MAX_LOOKED_UP).join(" ");
  const selected = inOrder(compiling.reader, looked);
  if (selected === undefined) return [];
  // In scripts without spaces the order is left to the look at the text.
  const first =
    grams(looked) === null
      ? `SELECT * FROM (${selected}) f WHERE f.place % ${COLUMN_PLACES} = 0`
      : selected;
  const texts = await candidateTexts(compiling, isUpTo(MAX_ENDS, first));
  const [endsWith, { isStartOf }] = [endsFrom(left), phraseMatcher(right)];
  return texts.flatMap((last, at) =>
    isStartOf(last.text)
      ? textsBefore(texts, at).filter(({ text, between }) => endsWith(text, between))
      : [],
  );
}

/** The texts before one in its version, each with what is said between the two. */
function textsBefore(
  texts: readonly CandidateText[],
  at: number,
): readonly (SegmentKey & { readonly text: string; readonly between: string })[] {
  const found: (SegmentKey & { readonly text: string; readonly between: string })[] = [];
  const last = texts[at] as CandidateText;
  let between = "";
  for (let nth = at - 1; nth >= Math.max(0, at - MAX_ENDS); nth--) {
    const one = texts[nth] as CandidateText;
    if (one.versionId !== last.versionId || one.position < last.position - MAX_ENDS) break;
    found.push({ ...one, between });
    between = between === "" ? one.text : `${one.text} ${between}`;
  }
  return found;
}

/** Selects where the words of a phrase are in a row; undefined without words. */
function inOrder(reader: SqlReader, phrase: string): string | undefined {
  const parts = grams(phrase) === null ? [phrase] : phrase.split(/\s+/);
  const rows = parts.flatMap((part) => stemRow(part) ?? []);
  if (rows.length === 0) return undefined;
  const selected = rows.map((row, nth) => {
    const from = `(${rowOccurrences(reader, row)}) p${nth}`;
    return nth === 0
      ? from
      : `JOIN ${from} ON p${nth}.version_id = p0.version_id AND p${nth}.position = p0.position`;
  });
  return `SELECT p0.version_id, p0.position, p0.place FROM ${selected.join(" ")}`;
}

const stemRow = (text: string): StemRow | undefined =>
  termTokens(text).row.length === 0 ? undefined : termRows(text)[0];
