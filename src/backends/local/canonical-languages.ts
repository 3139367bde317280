import type { Database } from "better-sqlite3";
import { cleanLanguage } from "../../text/untrusted.ts";

/**
 * Brings the languages of transcripts into their canonical form (BCP 47): containers say "eng"
 * where people ask for "en". What is no tag stays as it is.
 */
export function canonicaliseLanguages(db: Database): void {
  const languages = db.prepare("SELECT DISTINCT language FROM versions").pluck().all() as string[];
  const update = db.prepare("UPDATE versions SET language = ? WHERE language = ?");
  for (const language of languages) {
    const canonical = cleanLanguage(language);
    if (canonical !== "und" && canonical !== language) update.run(canonical, language);
  }
}
