import type { Database } from "better-sqlite3";
import { MediasearchError } from "../../errors.ts";
import type { StoreIdentity } from "../backend.ts";

/** The embedding model of the vectors in a library; undefined while it has none. */
export function readIdentity(db: Database): StoreIdentity | undefined {
  const value = db.prepare("SELECT value FROM meta WHERE key = 'embedder'").pluck().get() as
    | string
    | undefined;
  return value === undefined ? undefined : (JSON.parse(value) as StoreIdentity);
}

export function writeIdentity(db: Database, { embedder, dimensions }: StoreIdentity): void {
  db.prepare(
    "INSERT INTO meta (key, value) VALUES ('embedder', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
  ).run(JSON.stringify({ embedder, dimensions }));
}

export const isSame = (a: StoreIdentity, b: StoreIdentity): boolean =>
  a.embedder === b.embedder && a.dimensions === b.dimensions;

/** A vector without a direction (zero, or not numbers) has no cosine with anything: it would be in the library and never be found. */
export function refuseUseless(vectors: readonly Float32Array[], embedder: string): void {
  for (const vector of vectors) {
    const squared = vector.reduce((sum, value) => sum + value * value, 0);
    if (!(squared > 0 && squared < Infinity))
      throw new MediasearchError(
        "BUG",
        `the embedding model ${embedder} made a vector that is zero or not numbers`,
        { subject: embedder },
      );
  }
}

export const mismatch = (stored: StoreIdentity | undefined): MediasearchError =>
  new MediasearchError(
    "MODEL_MISMATCH",
    stored
      ? `the vectors are not of the library's embedding model ${stored.embedder} (${stored.dimensions} dimensions)`
      : "vectors without the name of their embedding model",
    {
      hint: "mediasearch migrate --reembed",
    },
  );
