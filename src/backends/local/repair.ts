import type { Database } from "better-sqlite3";
import { countBroken, LAWS } from "./check-links.ts";
import { readEmbeddingModel } from "./embedding-model.ts";
import { writeCodes } from "./vector-blocks.ts";
import { wrongCodes } from "./vector-check.ts";

/**
 * Makes again what can be made out of the rest, in one transaction. Texts and times are never
 * touched: only a backup brings those back.
 */
export function repair(db: Database): readonly string[] {
  const done: string[] = [];
  // Rows that belong to nothing would break foreign keys in mid-way; the last statement of all
  // leaves none.
  db.pragma("foreign_keys = OFF");
  try {
    db.transaction(() => {
      const useless = db
        .prepare("DELETE FROM vectors WHERE length(vector) <> ?")
        .run((readEmbeddingModel(db)?.dimensions ?? 0) * Float32Array.BYTES_PER_ELEMENT).changes;
      if (useless > 0)
        done.push(`${useless} vectors of a wrong length removed; the next index makes them anew`);
      for (const law of [...LAWS].toReversed()) {
        const broken = countBroken(db, law);
        if (broken === 0 || law.mend === null) continue;
        db.exec(law.mend);
        done.push(`${law.check}: ${law.broken(broken)}: mended`);
      }
      const identity = readEmbeddingModel(db);
      if (identity && wrongCodes(db, identity.dimensions) > 0) {
        writeCodes(db, identity.dimensions);
        done.push("search by meaning: its codes made anew out of the vectors");
      }
      if (isWordIndexWrong(db)) {
        db.exec("INSERT INTO segments_fts (segments_fts) VALUES ('rebuild')");
        done.push("keyword index: made anew out of the texts");
      }
    }).immediate();
  } finally {
    db.pragma("foreign_keys = ON");
  }
  return done;
}

/**
 * https://www.sqlite.org/fts5.html#the_integrity_check_command: with rank 1 the index is held
 * against the texts.
 */
function isWordIndexWrong(db: Database): boolean {
  try {
    db.exec("INSERT INTO segments_fts (segments_fts, rank) VALUES ('integrity-check', 1)");
    return false;
  } catch {
    return true;
  }
}
