import type { Database } from "better-sqlite3";
import { patternTimeout } from "../../text/bounded-regexp.ts";
import { isMarkedStem } from "../../text/inflections.ts";
import { prefixStems } from "../../text/phrases.ts";
import { mayBeNear } from "../../text/spelling.ts";
import { type TextPattern, textTester, wildcardBeginning } from "../../text/text-patterns.ts";

/** What a search for one pattern may take: longer nobody waits, and nothing else is answered. */
const MAX_MS = 5000;
const BATCH_ROWS = 2000;
/** Fewer letters are the beginning of too many words for the index to be of use. */
const MIN_BEGINNING = 3;

/** Unlike `performance`, which a search would have to load first. */
const uptimeMs = (): number => process.uptime() * 1000;

interface Answer {
  /** Of the state of the library. */
  readonly state: string;
  readonly ids: readonly number[];
}

/** One search asks for the same several times: to count, to rank, and to compare by meaning. */
const answers = new WeakMap<Database, WeakMap<TextPattern, Answer>>();

/**
 * The segments that have a pattern in their text or in the speaker's name, deleted files included.
 * @throws TIMED_OUT
 */
export function segmentsWith(db: Database, pattern: TextPattern): readonly number[] {
  const state = stateOf(db);
  const known = answers.get(db) ?? new WeakMap<TextPattern, Answer>();
  answers.set(db, known);
  const answer = known.get(pattern);
  if (answer?.state === state) return answer.ids;
  const ids = "fuzzy" in pattern ? byVocabulary(db, pattern) : byTexts(db, pattern);
  known.set(pattern, { state, ids });
  return ids;
}

/** Changes with every commit of this process or another one. */
const stateOf = (db: Database): string =>
  `${db.pragma("data_version", { simple: true }) as number} ${db.prepare("SELECT total_changes()").pluck().get() as number}`;

/** The index has each word once, as its stem. */
function byVocabulary(
  db: Database,
  { fuzzy, errors }: Extract<TextPattern, { readonly fuzzy: string }>,
): number[] {
  const isNear = mayBeNear(fuzzy, errors);
  const untilMs = uptimeMs() + MAX_MS;
  db.exec(
    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, segments_fts, row)",
  );
  db.exec(
    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.occurrences USING fts5vocab(main, segments_fts, instance)",
  );
  const stems: string[] = [];
  for (const stem of db.prepare("SELECT term FROM temp.vocabulary").pluck().iterate()) {
    if (uptimeMs() > untilMs) throw patternTimeout(fuzzy);
    if (!isMarkedStem(stem as string) && isNear(stem as string)) stems.push(stem as string);
  }
  const having = db.prepare("SELECT DISTINCT doc FROM temp.occurrences WHERE term = ?").pluck();
  return [...new Set(stems.flatMap((stem) => having.all(stem) as number[]))];
}

/** Looks through the texts: all of them, or those that the index has for the first letters. */
function byTexts(
  db: Database,
  pattern: Exclude<TextPattern, { readonly fuzzy: string }>,
): number[] {
  const test = textTester(pattern);
  const untilMs = uptimeMs() + MAX_MS;
  const found: number[] = [];
  const rows = candidates(db, pattern);
  const batch: TextRow[] = [];
  const testBatch = (): void => {
    const leftMs = untilMs - uptimeMs();
    if (leftMs <= 0) throw patternTimeout(nameOf(pattern));
    test(
      batch.map(({ text }) => text),
      leftMs,
    ).forEach((isFound, i) => isFound && found.push((batch[i] as TextRow).id));
    batch.length = 0;
  };
  for (const row of rows) {
    batch.push(row);
    if (batch.length === BATCH_ROWS) testBatch();
  }
  testBatch();
  return [...new Set(found)];
}

interface TextRow {
  readonly id: number;
  readonly text: string;
}

const nameOf = (pattern: Exclude<TextPattern, { readonly fuzzy: string }>): string =>
  "regex" in pattern ? `/${pattern.regex}/` : pattern.wildcard;

/** Texts, and names of speakers for themselves: a pattern is in one of them. */
function* candidates(
  db: Database,
  pattern: Exclude<TextPattern, { readonly fuzzy: string }>,
): Generator<TextRow> {
  const beginning = "wildcard" in pattern ? wildcardBeginning(pattern.wildcard) : "";
  const { sure, unsure } =
    beginning.length < MIN_BEGINNING ? { sure: [], unsure: [] } : prefixStems(beginning);
  const match = [...sure, ...unsure]
    .map(({ row, open }) => `"${row.join(" ")}"${open ? " *" : ""}`)
    .join(" OR ");
  const statement = (column: string) =>
    match === ""
      ? db.prepare(
          `SELECT id, ${column} AS text FROM segments WHERE ${column} IS NOT NULL ORDER BY id`,
        )
      : db.prepare(
          `SELECT s.id, s.${column} AS text FROM segments_fts f CROSS JOIN segments s ON s.id = f.rowid WHERE segments_fts MATCH ? AND s.${column} IS NOT NULL ORDER BY s.id`,
        );
  const values = match === "" ? [] : [match];
  for (const column of ["text", "speaker"])
    for (const row of statement(column).iterate(...values)) yield row as TextRow;
}
