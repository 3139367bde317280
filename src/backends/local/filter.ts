import type { Database } from "better-sqlite3";
import {
  endsFrom,
  MAX_ENDS,
  phraseMatcher,
  prefixMatcher,
  prefixStems,
  splits,
} from "../../text/phrases.ts";
import { speakerMatcher } from "../../text/query-terms.ts";
import { grams, type TermTokens, termTokens } from "../../text/words.ts";
import { segmentsWith } from "./pattern-search.ts";
import type { HeadingKind } from "../headings.ts";
import type { Condition, SearchFilter } from "../search-index.ts";
import { type SearchTerm, termForms } from "../../text/terms.ts";

interface Sql {
  readonly sql: string;
  readonly values: readonly unknown[];
}

const NEVER: Sql = { sql: "0", values: [] };

/**
 * A filter as SQL over assets `a`, versions `v` and segments `s`, to follow a WHERE's first
 * condition; what is deleted never passes.
 */
export function conditions(
  db: Database,
  { assets, speaker, where }: SearchFilter,
): {
  readonly where: string;
  readonly values: readonly unknown[];
} {
  const parts: Sql[] = [{ sql: "a.deleted_at_ms IS NULL", values: [] }];
  if (assets) parts.push(compileCondition(db, { assets }));
  if (speaker !== undefined) parts.push(compileCondition(db, { speaker }));
  if (where) parts.push(compileCondition(db, where));
  return {
    where: parts.map(({ sql }) => ` AND ${sql}`).join(""),
    values: parts.flatMap(({ values }) => values),
  };
}

function compileCondition(db: Database, condition: Condition): Sql {
  const match = asMatch(condition);
  if (match !== undefined)
    return match === ""
      ? NEVER
      : {
          sql: "s.id IN (SELECT rowid FROM segments_fts WHERE segments_fts MATCH ?)",
          values: [match],
        };
  if ("all" in condition) return joinConditions(db, condition.all, " AND ", "1");
  if ("any" in condition) return joinConditions(db, condition.any, " OR ", "0");
  if ("not" in condition) {
    const { sql, values } = compileCondition(db, condition.not);
    return { sql: `NOT ${sql}`, values };
  }
  if ("term" in condition) return prefixed((condition.term as { readonly prefix: string }).prefix);
  if ("phrase" in condition) return phraseSql(condition.phrase);
  if ("pattern" in condition)
    return {
      sql: "s.id IN (SELECT value FROM json_each(?))",
      values: [JSON.stringify(segmentsWith(db, condition.pattern))],
    };
  return fieldSql(condition);
}

/** A condition on what a segment or its file is, apart from its words. */
function fieldSql(condition: Condition): Sql {
  if ("assets" in condition)
    return {
      sql: "a.path IN (SELECT value FROM json_each(?))",
      values: [JSON.stringify([...condition.assets])],
    };
  // Names are few and listed with each version: each is looked at once, not once a segment.
  if ("speaker" in condition)
    return {
      sql: "ifnull(s.speaker IN (SELECT name.value FROM versions said, json_each(said.speakers) name WHERE speaker_matches(?, name.value)), 0)",
      values: [condition.speaker],
    };
  if ("heading" in condition) return headingSql(condition.heading, condition.has);
  if ("origin" in condition) return { sql: "v.origin = ?", values: [condition.origin] };
  if ("language" in condition) {
    const tag = condition.language.toLowerCase();
    return {
      sql: "substr(lower(v.language) || '-', 1, ?) = ?",
      values: [tag.length + 1, `${tag}-`],
    };
  }
  if ("during" in condition)
    return {
      sql: "(s.start_ms <= ? AND s.end_ms >= ?)",
      values: [condition.during[1], condition.during[0]],
    };
  if (!("compare" in condition)) return NEVER;
  return {
    sql: `ifnull(${COMPARED[condition.compare]} ${condition.is} ?, 0)`,
    values: [condition.value],
  };
}

/** The content in a fingerprint of a version: the second part (`fingerprint.ts`). */
export const CONTENT_OF_VERSION =
  "substr(v.fingerprint, instr(v.fingerprint, '|') + 1, instr(substr(v.fingerprint, instr(v.fingerprint, '|') + 1), '|') - 1)";

/** A chapter stands over what is said in it for the most part. */
const headingSql = (kind: HeadingKind, has: string): Sql =>
  kind === "chapter"
    ? {
        sql: `EXISTS (SELECT 1 FROM headings h WHERE h.content = ${CONTENT_OF_VERSION} AND h.kind = 'chapter' AND heading_has(?, h.text) AND (s.start_ms + s.end_ms) / 2 >= h.start_ms AND (s.start_ms + s.end_ms) / 2 < h.end_ms)`,
        values: [has],
      }
    : {
        sql: `ifnull(${CONTENT_OF_VERSION} IN (SELECT h.content FROM headings h WHERE h.kind = ? AND heading_has(?, h.text)), 0)`,
        values: [kind, has],
      };

const COMPARED = {
  recordedAtMs: "ifnull(v.recorded_at_ms, a.mtime_ms)",
  durationMs: "v.duration_ms",
  confidence: "s.confidence",
} as const;

function joinConditions(
  db: Database,
  parts: readonly Condition[],
  operator: string,
  empty: string,
): Sql {
  if (parts.length === 0) return { sql: empty, values: [] };
  const compiled = parts.map((part) => compileCondition(db, part));
  return {
    sql: `(${compiled.map(({ sql }) => sql).join(operator)})`,
    values: compiled.flatMap(({ values }) => values),
  };
}

/**
 * A condition that the keyword index answers alone, as one query of it: lists are joined there, not
 * here. "": nothing can match.
 */
function asMatch(condition: Condition): string | undefined {
  if ("term" in condition) {
    if (typeof condition.term !== "string" && prefixStems(condition.term.prefix).unsure.length > 0)
      return undefined;
    return matchAny([condition.term]);
  }
  if ("near" in condition) return matchNear(condition.near, condition.within);
  return "all" in condition || "any" in condition ? matchJoined(condition) : undefined;
}

/** Parts that the keyword index answers, joined; undefined when one is another's. */
function matchJoined(
  condition: Extract<Condition, { readonly all: unknown } | { readonly any: unknown }>,
): string | undefined {
  const parts = "all" in condition ? condition.all : condition.any;
  if (parts.length === 0) return undefined;
  const matches: string[] = [];
  for (const part of parts) {
    const match = asMatch(part);
    if (match === undefined) return undefined;
    matches.push(match);
  }
  if ("all" in condition) return matches.includes("") ? "" : `(${matches.join(" AND ")})`;
  const some = matches.filter((match) => match !== "");
  return some.length === 0 ? "" : `(${some.join(" OR ")})`;
}

/** Any of the terms, for FTS5; "" when none has a word. */
export function matchAny(terms: readonly SearchTerm[]): string {
  const rows = terms.flatMap((term) => {
    if (typeof term === "string") return termForms(term);
    const { sure, unsure } = prefixStems(term.prefix);
    return [...sure, ...unsure];
  });
  const all = rows.filter(({ row }) => row.length > 0).map(inRow);
  return all.length === 0 ? "" : `(${all.join(" OR ")})`;
}

/** All of the words near each other (https://www.sqlite.org/fts5.html#fts5_near_queries). */
function matchNear(words: readonly string[], within: number): string {
  const forms = words.map((word) => termForms(word).filter(({ row }) => row.length > 0));
  if (forms.some((some) => some.length === 0)) return "";
  // Each word in the form that it is written in: NEAR takes no alternatives.
  const rows = forms.map(([first]) => inRow(first as TermTokens));
  return `NEAR(${rows.join(" ")}, ${within})`;
}

/** Always a string for FTS5, never syntax (https://www.sqlite.org/fts5.html#fts5_strings). */
const inRow = ({ row, open }: TermTokens): string => `"${row.join(" ")}"${open ? " *" : ""}`;

function prefixed(prefix: string): Sql {
  const { sure, unsure } = prefixStems(prefix);
  const match = (rows: readonly TermTokens[]): string => rows.map(inRow).join(" OR ");
  const looked: Sql = {
    sql: `SELECT f.rowid FROM segments_fts f CROSS JOIN segments p ON p.id = f.rowid WHERE segments_fts MATCH ? AND has_prefix(?, p.text, p.speaker)`,
    values: [match(unsure), prefix],
  };
  if (sure.length === 0) return { sql: `s.id IN (${looked.sql})`, values: looked.values };
  return {
    sql: `s.id IN (SELECT rowid FROM segments_fts WHERE segments_fts MATCH ? UNION ${looked.sql})`,
    values: [match(sure), ...looked.values],
  };
}

/** Words that the index is asked for: they are rare enough, and the texts decide. */
const LOOKED_UP = 8;

/** The index gives the places where the words' stems are; the texts decide. */
function phraseSql(phrase: string): Sql {
  const whole = inOrder(phrase);
  if (whole === "") return NEVER;
  const parts: Sql[] = [
    {
      sql: "SELECT f.rowid FROM segments_fts f CROSS JOIN segments p ON p.id = f.rowid WHERE segments_fts MATCH ? AND has_phrase(?, p.text, p.speaker)",
      values: [whole, phrase],
    },
  ];
  for (const { left, right } of splits(phrase)) {
    const looked = right.split(" ", LOOKED_UP).join(" ");
    parts.push({
      sql: `SELECT l.id FROM segments_fts f CROSS JOIN segments r ON r.id = f.rowid CROSS JOIN segments l ON l.version_id = r.version_id AND l.position BETWEEN r.position - ${MAX_ENDS} AND r.position - 1
        WHERE segments_fts MATCH ? AND begins_with(?, r.text) AND ends_from(?, l.text,
          (SELECT group_concat(text, ' ') FROM (SELECT b.text FROM segments b WHERE b.version_id = r.version_id AND b.position > l.position AND b.position < r.position ORDER BY b.position)))`,
      values: [grams(looked) === null ? `^ ${inOrder(looked)}` : inOrder(looked), right, left],
    });
  }
  return {
    sql: `s.id IN (${parts.map(({ sql }) => sql).join(" UNION ")})`,
    values: parts.flatMap(({ values }) => values),
  };
}

/**
 * Words in scripts without spaces are in the index apart from the others: there the order is left
 * to the look at the text.
 */
function inOrder(phrase: string): string {
  if (grams(phrase) === null)
    return termTokens(phrase).row.length === 0 ? "" : inRow(termTokens(phrase));
  return phrase
    .split(/\s+/)
    .map(termTokens)
    .filter(({ row }) => row.length > 0)
    .map(inRow)
    .join(" AND ");
}

const MAX_CACHED_FILTERS = 32;

/**
 * What conditions call. A query asks the same of row after row, so what was made to answer it is
 * kept.
 */
export function defineFunctions(db: Database): void {
  const lasting = <T>(
    name: string,
    make: (wanted: string) => T,
    ask: (matcher: T, texts: readonly unknown[]) => boolean,
  ): void => {
    const results = new Map<unknown, T>();
    db.function(
      name,
      { deterministic: true, varargs: true },
      (wanted: unknown, ...texts: unknown[]) => {
        const matcher = results.get(wanted) ?? make(String(wanted));
        if (!results.has(wanted)) {
          if (results.size >= MAX_CACHED_FILTERS) results.clear();
          results.set(wanted, matcher);
        }
        return ask(matcher, texts) ? 1 : 0;
      },
    );
  };
  const some = (texts: readonly unknown[], is: (text: string) => boolean): boolean =>
    texts.some((text) => typeof text === "string" && is(text));
  lasting("speaker_matches", speakerMatcher, (matches, names) => some(names, matches));
  lasting("heading_has", phraseMatcher, ({ isIn }, texts) => some(texts, isIn));
  lasting("has_prefix", prefixMatcher, (has, texts) => some(texts, has));
  lasting("has_phrase", phraseMatcher, ({ isIn }, texts) => some(texts, isIn));
  lasting("begins_with", phraseMatcher, ({ isStartOf }, texts) => some(texts, isStartOf));
  lasting("ends_from", endsFrom, (matches, [first, between]) =>
    matches(String(first), String(between ?? "")),
  );
  db.function("grams", { deterministic: true }, (text: unknown) =>
    typeof text === "string" ? grams(text) : null,
  );
}
