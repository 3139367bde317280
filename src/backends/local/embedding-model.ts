import type { EmbeddingModel } from "../../embedding-model.ts";
import type { Database } from "better-sqlite3";
import { valuesOf } from "./statements.ts";

/** The embedding model of the vectors in a library; undefined while it has none. */
export function readEmbeddingModel(db: Database): EmbeddingModel | undefined {
  const value = valuesOf(db, "SELECT value FROM meta WHERE key = 'embedder'").get() as
    | string
    | undefined;
  return value === undefined ? undefined : (JSON.parse(value) as EmbeddingModel);
}

export function writeEmbeddingModel(db: Database, { embedder, dimensions }: EmbeddingModel): void {
  db.prepare(
    "INSERT INTO meta (key, value) VALUES ('embedder', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
  ).run(JSON.stringify({ embedder, dimensions }));
}
