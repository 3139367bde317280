import { sha256 } from "@noble/hashes/sha2.js";
import type { Database } from "better-sqlite3";
import type { QueryVectors } from "../search-access.ts";
import { toVector, vectorBlob } from "./rows.ts";

const MAX_QUERY_VECTORS = 1000;

/** Not by `node:crypto`: to load that for one digest takes longer than the whole query. */
const queryVectorKey = (embedder: string, query: string): Buffer =>
  Buffer.from(sha256(Buffer.from(`${embedder}\0${query}`)));

export function localQueryVectors(db: Database): QueryVectors {
  return {
    async get(embedder, query) {
      try {
        const blob = db
          .prepare("SELECT vector FROM query_vectors WHERE key = ?")
          .pluck()
          .get(queryVectorKey(embedder, query)) as Buffer | undefined;
        return blob && toVector(blob);
      } catch {
        return undefined;
      }
    },
    async put(embedder, query, vector) {
      if (!db.readonly)
        withoutWaiting(db, () => insertQueryVector(db, queryVectorKey(embedder, query), vector));
    },
  };
}

function insertQueryVector(db: Database, key: Buffer, vector: Float32Array): void {
  const { changes, lastInsertRowid } = db
    .prepare("INSERT OR IGNORE INTO query_vectors (key, vector) VALUES (?, ?)")
    .run(key, vectorBlob(vector));
  if (changes > 0)
    db.prepare("DELETE FROM query_vectors WHERE id <= ?").run(
      Number(lastInsertRowid) - MAX_QUERY_VECTORS,
    );
}

/** Neither for another process's commit nor for the disk: what is lost here is made again. */
function withoutWaiting(db: Database, act: () => void): void {
  const waitMs = db.pragma("busy_timeout", { simple: true }) as number;
  try {
    db.pragma("busy_timeout = 0");
    db.pragma("synchronous = NORMAL");
    db.transaction(act).immediate();
  } catch {
    // Busy, full or not to be written.
  } finally {
    db.pragma(`busy_timeout = ${waitMs}`);
    db.pragma("synchronous = FULL");
  }
}
