import type { Database } from "better-sqlite3";
import { sideText } from "../../text/side-text.ts";
import { headingsOf } from "../headings.ts";
import type { Json } from "../records.ts";
import type { HeadingHit, SearchFilter } from "../search-index.ts";
import type { SearchTerm } from "../../text/terms.ts";
import { conditions, CONTENT_OF_VERSION, matchAny } from "./filter.ts";
import { HIT_COLUMNS, type HitRow, toHit } from "./search-text.ts";
import { rowsOf } from "./statements.ts";

/** Step of the schema that makes the tables. The index must have the very words of the queries. */
export const HEADINGS_SCHEMA = `
  -- Titles, shows and chapters of the records of kind 'media', by content, for searches.
  CREATE TABLE headings (
    id INTEGER PRIMARY KEY,
    content TEXT NOT NULL,
    kind TEXT NOT NULL,
    start_ms INTEGER NOT NULL,
    end_ms INTEGER NOT NULL,
    text TEXT NOT NULL,
    grams TEXT
  ) STRICT;
  CREATE INDEX headings_content ON headings (content);
  CREATE INDEX versions_content ON versions (${CONTENT_OF_VERSION.replaceAll("v.", "")});
  CREATE VIRTUAL TABLE headings_fts USING fts5 (
    text, grams, content = 'headings', content_rowid = 'id', tokenize = 'porter unicode61 remove_diacritics 2'
  );
  CREATE TRIGGER headings_insert AFTER INSERT ON headings BEGIN
    INSERT INTO headings_fts (rowid, text, grams) VALUES (new.id, new.text, new.grams);
  END;
  CREATE TRIGGER headings_delete AFTER DELETE ON headings BEGIN
    INSERT INTO headings_fts (headings_fts, rowid, text, grams) VALUES ('delete', old.id, old.text, old.grams);
  END;
`;

/** Indexes what is known of a content in place of what was; null when nothing is any more. */
export function indexHeadings(db: Database, content: string, value: Json): void {
  db.prepare("DELETE FROM headings WHERE content = ?").run(content);
  const insert = db.prepare(
    "INSERT INTO headings (content, kind, start_ms, end_ms, text, grams) VALUES (?, ?, ?, ?, ?, ?)",
  );
  for (const { kind, startMs, endMs, text } of headingsOf(value))
    insert.run(content, kind, startMs, endMs, text, sideText(text, null));
}

type HeadingRow = HitRow & {
  readonly heading: string;
  readonly until_ms: number;
  readonly score: number;
};

/** Spares a library without titles the look into another index. */
const hasHeadings = (db: Database): boolean =>
  rowsOf(db, "SELECT 1 FROM headings LIMIT 1").get() !== undefined;

/** Titles and chapters that have any of the terms, each with the segment that it begins over. */
export function searchHeadings(
  db: Database,
  terms: readonly SearchTerm[],
  filter: SearchFilter,
  limit: number,
): HeadingHit[] {
  const match = matchAny(terms);
  if (match === "" || limit < 1 || !hasHeadings(db)) return [];
  const { where, values } = conditions(db, filter);
  const rows = rowsOf(
    db,
    `SELECT ${HIT_COLUMNS}, h.text AS heading, h.end_ms AS until_ms, -bm25(headings_fts) AS score
      FROM headings_fts CROSS JOIN headings h ON h.id = headings_fts.rowid
      CROSS JOIN versions v ON ${CONTENT_OF_VERSION} = h.content JOIN assets a ON a.id = v.asset_id
      JOIN segments s ON s.id = (SELECT o.id FROM segments o WHERE o.version_id = v.id AND (o.start_ms + o.end_ms) / 2 >= h.start_ms ORDER BY o.position LIMIT 1)
      WHERE headings_fts MATCH ? AND h.kind <> 'show'${where} ORDER BY score DESC, a.path, s.position LIMIT ?`,
  ).all(match, ...values, limit) as HeadingRow[];
  return rows.map((row) => ({
    ...toHit(row, row.score),
    heading: row.heading,
    headingEndMs: row.until_ms,
  }));
}
