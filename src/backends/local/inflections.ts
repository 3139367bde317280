import type { Database } from "better-sqlite3";
import { INFLECTED_LANGUAGES, inflectedLanguage, inflectorOf } from "../../text/inflections.ts";
import { sideText } from "../../text/side-text.ts";

/** The languages by whose endings the library keeps words. */
export function readInflectedLanguages(db: Database): readonly string[] {
  const value = db.prepare("SELECT value FROM meta WHERE key = 'inflected'").pluck().get();
  return typeof value === "string" ? value.split(" ").filter(isInflected) : [];
}

const isInflected = (language: string): boolean => INFLECTED_LANGUAGES.includes(language);

/** Notes the language of a version that is written; it is never taken back. */
export function noteInflectedLanguage(db: Database, tag: string): void {
  const language = inflectedLanguage(tag);
  if (language === undefined) return;
  const known = readInflectedLanguages(db);
  if (known.includes(language)) return;
  db.prepare(
    "INSERT INTO meta (key, value) VALUES ('inflected', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
  ).run([...known, language].toSorted().join(" "));
}

interface StoredText {
  readonly id: number;
  readonly text: string;
  readonly speaker: string | null;
}

/**
 * Step of the schema that keeps the words of older versions by the endings of their languages, all
 * of which must be loaded. The index is made anew where there are such versions.
 */
export function inflectOlderVersions(db: Database): void {
  const versions = db.prepare("SELECT id, language FROM versions").all() as {
    readonly id: number;
    readonly language: string;
  }[];
  const read = db.prepare("SELECT id, text, speaker FROM segments WHERE version_id = ?");
  const update = db.prepare("UPDATE segments SET grams = ? WHERE id = ?");
  let isChanged = false;
  for (const { id, language } of versions) {
    if (inflectedLanguage(language) === undefined) continue;
    if (inflectorOf(language) === undefined) throw new Error(`endings not loaded: ${language}`);
    noteInflectedLanguage(db, language);
    isChanged = true;
    for (const { id: segment, text, speaker } of read.all(id) as StoredText[])
      update.run(sideText(text, speaker, language), segment);
  }
  if (isChanged) db.exec("INSERT INTO segments_fts (segments_fts) VALUES ('rebuild')");
}
