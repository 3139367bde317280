import { describe, expect, it } from "vitest";
import { emptyCatalog, putName, putSchema, putTable } from "./catalog.ts";
import type { Column } from "../arrow/column.ts";
import { field } from "../arrow/field.ts";
import { deleteRows, insertChunk, rowCount, updateRows, type Table } from "./table.ts";
import { openStore, type Store, type Transaction } from "./transactions.ts";

const COLUMN = { id: 0, field: field("a", { kind: "int", bits: 64, signed: true }) };
const ints = (...values: number[]): Column => ({
  length: values.length,
  validity: undefined,
  offsets: undefined,
  data: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
  children: [],
});
const table: Table = {
  id: 1,
  columns: [COLUMN],
  nextColumn: 1,
  properties: "",
  sortKey: [],
  vectorIndex: undefined,
  projections: [],
  externalIds: false,
  chunks: [],
};

const setUp = (options = {}): Store => {
  const store = openStore(emptyCatalog(["b"]), options);
  const tx = store.begin();
  store.apply(tx, putSchema("b/s", { id: 9, properties: "" }));
  store.apply(tx, putTable(1, table));
  store.apply(tx, putName("b/s/t", 1));
  store.commit(tx);
  return store;
};
const insert = (store: Store, tx: Transaction, ...values: number[]): void => {
  store.lockRows(tx, 1, []);
  const first = store.allocateIds(tx, 1, values.length);
  store.applyTo(
    tx,
    1,
    insertChunk({
      length: values.length,
      ids: Float64Array.from(values, (_, i) => first + i),
      columns: new Map([[0, ints(...values)]]),
      deleted: undefined,
      deletedCount: 0,
    }),
  );
};
const valuesIn = (tx: Pick<Transaction, "catalog">): number[] =>
  (tx.catalog.tables.get(1)?.chunks ?? []).flatMap((chunk) =>
    [...new BigInt64Array((chunk.columns.get(0)?.data ?? new Uint8Array(0)).slice().buffer)]
      .map(Number)
      .filter(
        (_, row) =>
          chunk.deleted === undefined || ((chunk.deleted[row >> 3] ?? 0) >> (row & 7)) % 2 === 0,
      ),
  );
const latest = (store: Store): number[] => valuesIn({ catalog: store.latest });
const conflict = expect.objectContaining({ status: 409 });

describe("a transaction", () => {
  it("sees what it did, and what was there when it began, and nothing of others", () => {
    const store = setUp();
    const [a, b] = [store.begin(), store.begin()];
    insert(store, a, 1, 2);
    expect([valuesIn(a), valuesIn(b), latest(store)]).toEqual([[1, 2], [], []]);
    store.commit(a);
    expect([valuesIn(b), latest(store), valuesIn(store.begin())]).toEqual([[], [1, 2], [1, 2]]);
  });

  it("joins its inserts, updates and deletes to what others committed meanwhile", () => {
    const store = setUp();
    const first = store.begin();
    insert(store, first, 10, 20, 30);
    store.commit(first);
    const [a, b] = [store.begin(), store.begin()];
    insert(store, a, 40);
    insert(store, b, 50);
    store.lockRows(a, 1, [0]);
    store.applyTo(a, 1, updateRows(Float64Array.of(0), [[COLUMN, ints(11)]]));
    store.lockRows(b, 1, [2]);
    store.applyTo(b, 1, deleteRows(Float64Array.of(2)));
    store.commit(b);
    store.commit(a);
    expect(latest(store).toSorted()).toEqual([11, 20, 40, 50]);
  });

  it("that is rolled back leaves nothing, and its row ids are not given again", () => {
    const store = setUp();
    const a = store.begin();
    insert(store, a, 1);
    store.rollback(a);
    expect([latest(store), store.allocateIds(store.begin(), 1, 1)]).toEqual([[], 1]);
    expect(() => store.get(a.id)).toThrow(expect.objectContaining({ status: 404 }));
  });

  it("conflicts at the second change of a row, whether the first is committed or not", () => {
    const store = setUp();
    const first = store.begin();
    insert(store, first, 1, 2);
    store.commit(first);
    const [a, b, c] = [store.begin(), store.begin(), store.begin()];
    store.lockRows(a, 1, [0]);
    expect(() => store.lockRows(b, 1, [0])).toThrow(conflict);
    store.lockRows(b, 1, [1]);
    store.commit(a);
    expect(() => store.lockRows(c, 1, [0])).toThrow(conflict);
    store.rollback(b);
    store.lockRows(c, 1, [1]);
    store.lockRows(store.begin(), 1, [0]);
  });

  it("conflicts over a table's structure with those that change its rows, and the other way round", () => {
    const store = setUp();
    const [a, b] = [store.begin(), store.begin()];
    insert(store, a, 1);
    expect(() => store.lockStructure(b, 1)).toThrow(conflict);
    store.rollback(a);
    store.lockStructure(b, 1);
    expect(() => insert(store, store.begin(), 1)).toThrow(conflict);
    const late = store.begin();
    store.commit(b);
    expect(() => insert(store, late, 1)).toThrow(conflict);
    insert(store, store.begin(), 1);
  });

  it("conflicts over names, and over a schema that goes while something is made in it", () => {
    const store = setUp();
    const [a, b] = [store.begin(), store.begin()];
    store.lockName(a, "b/s/new");
    store.apply(a, putName("b/s/new", 7));
    expect(() => store.lockName(b, "b/s/new")).toThrow(conflict);
    expect(() => store.lockTree(b, "b/s")).toThrow(conflict);
    store.rollback(a);
    store.lockTree(b, "b/s");
    expect(() => store.lockName(store.begin(), "b/s/other")).toThrow(conflict);
  });

  it("that lies idle for too long is rolled back, and gives way", () => {
    let now = 0;
    const store = setUp({ timeoutMs: 1000, now: () => now });
    const a = store.begin();
    insert(store, a, 1);
    store.lockRows(a, 1, [5]);
    now = 900;
    store.get(a.id);
    now = 1800;
    expect(store.active).toBe(1);
    now = 2000;
    store.lockRows(store.begin(), 1, [5]);
    expect(() => store.get(a.id)).toThrow(expect.objectContaining({ status: 404 }));
    expect(rowCount(store.latest.tables.get(1) ?? table)).toBe(0);
  });
});
