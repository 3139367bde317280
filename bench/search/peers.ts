import Sqlite from "better-sqlite3";
import { load } from "sqlite-vec";
import { Index, MetricKind, ScalarKind } from "usearch";
import { DIMENSIONS } from "./library.ts";

/** What answers with the numbers of the ten nearest. */
export interface Peer {
  readonly name: string;
  readonly add: (first: number, vectors: readonly Float32Array[]) => void;
  readonly search: (query: Float32Array) => number[];
  readonly close: () => void;
}

const blob = (vector: Float32Array): Buffer =>
  Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
const int8 = (vector: Float32Array): Buffer =>
  Buffer.from(
    Int8Array.from(vector, (value) => Math.max(-127, Math.min(127, Math.round(value * 512))))
      .buffer,
  );

/**
 * sqlite-vec's own tables: float32; and int8, of which the best thirty are weighed by their float32
 * vectors.
 */
export function vec0(path: string): readonly Peer[] {
  const db = new Sqlite(path);
  load(db);
  db.exec(
    `CREATE VIRTUAL TABLE f USING vec0 (v float[${DIMENSIONS}] distance_metric=cosine); CREATE VIRTUAL TABLE i USING vec0 (v int8[${DIMENSIONS}] distance_metric=cosine)`,
  );
  const [addF, addI] = [
    db.prepare("INSERT INTO f (rowid, v) VALUES (?, ?)"),
    db.prepare("INSERT INTO i (rowid, v) VALUES (?, vec_int8(?))"),
  ];
  const exact = db
    .prepare("SELECT rowid FROM f WHERE v MATCH ? AND k = 10 ORDER BY distance")
    .pluck();
  const rough = db
    .prepare("SELECT i.rowid FROM i WHERE v MATCH vec_int8(?) AND k = 30 ORDER BY distance")
    .pluck();
  const weigh = db
    .prepare(
      "SELECT rowid FROM f WHERE rowid IN (SELECT value FROM json_each(?)) ORDER BY vec_distance_cosine(v, ?) LIMIT 10",
    )
    .pluck();
  const all = (insert: typeof addF, make: typeof blob) =>
    db.transaction((first: number, vectors: readonly Float32Array[]) =>
      vectors.forEach((vector, i) => insert.run(BigInt(first + i), make(vector))),
    );
  return [
    {
      name: "sqlite-vec vec0, float32",
      add: all(addF, blob),
      search: (query) => (exact.all(blob(query)) as number[]).map(Number),
      close: () => {},
    },
    {
      name: "sqlite-vec vec0, int8, best 30 weighed",
      add: all(addI, int8),
      search: (query) =>
        (
          weigh.all(
            JSON.stringify((rough.all(int8(query)) as number[]).map(Number)),
            blob(query),
          ) as number[]
        ).map(Number),
      close: () => db.close(),
    },
  ];
}

/** An approximate index: a graph (Malkov and Yashunin 2018, "HNSW"), int8. */
export function graph(): Peer {
  const index = new Index({
    metric: MetricKind.Cos,
    dimensions: DIMENSIONS,
    quantization: ScalarKind.I8,
    connectivity: 16,
    expansion_add: 128,
    expansion_search: 256,
    multi: false,
  });
  return {
    name: "usearch, int8, ef 256",
    add: (first, vectors) => vectors.forEach((vector, i) => index.add(BigInt(first + i), vector)),
    search: (query) => [...index.search(query, 10, 1).keys].map(Number),
    close: () => {},
  };
}
