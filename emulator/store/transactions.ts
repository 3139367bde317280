import { conflict, notFound } from "../errors.ts";
import type { Catalog, CatalogChange } from "./catalog.ts";
import type { Recorded } from "./journal.ts";
import { createLockTable, type Lock } from "./locks.ts";
import { createRowIdCounter } from "./row-id-counter.ts";
import type { Change, Table } from "./table.ts";

/** A transaction sees the catalog as it was when it began, and its own changes. */
export interface Transaction {
  readonly id: string;
  /** The number of commits before it began. */
  readonly began: number;
  readonly base: Catalog;
  catalog: Catalog;
  readonly changes: CatalogChange[];
  readonly locks: Set<Lock>;
  /** What it did, to be written down when it commits; its inserts' first row ids. */
  readonly requests: Recorded[];
  readonly ids: number[];
  /** The ids that its inserts got when it was done the first time. */
  readonly repeated: number[] | undefined;
  usedAt: number;
}

export interface Store {
  /** `ids`: those of its inserts when it is done again out of a journal. */
  begin(ids?: readonly number[]): Transaction;
  /** @throws TabularError 404 for one that was ended, timed out or never was. */
  get(id: string): Transaction;
  commit(tx: Transaction): void;
  rollback(tx: Transaction): void;
  apply(tx: Transaction, change: CatalogChange): void;
  applyTo(tx: Transaction, table: number, change: Change): void;
  /**
   * A name (of a schema or table) that the transaction creates, removes or alters, in a schema that
   * stays.
   * @throws TabularError 409
   */
  lockName(tx: Transaction, path: string): void;
  /** A schema that the transaction removes or renames, with all in it. @throws TabularError 409 */
  lockTree(tx: Transaction, path: string): void;
  /**
   * A table's structure. Conflicts with all that change the table, its rows included.
   * @throws TabularError 409
   */
  lockStructure(tx: Transaction, table: number): void;
  /**
   * Rows of a table: `ids` are those that exist already (none for an insert).
   * @throws TabularError 409
   */
  lockRows(tx: Transaction, table: number, ids: Iterable<number>): void;
  /** Ids for this many new rows; never given twice, whatever becomes of the transaction. */
  allocateIds(tx: Transaction, table: number, count: number): number;
  /** Makes ids that a client chose unavailable for others. */
  reserveIds(table: number, last: number): void;
  newId(): number;
  readonly active: number;
  readonly latest: Catalog;
}

/**
 * Ids begin beyond 2^53, so that a client that keeps them as numbers is found out; they are not
 * those of an earlier run.
 */
const firstTxid = (): bigint => 2n ** 60n + BigInt(Date.now()) * 1000n;

export interface StoreOptions {
  /** A transaction that no request used for so long is rolled back; 0 = never. */
  readonly timeoutMs?: number;
  readonly now?: () => number;
  /** Called before a commit is carried out. */
  readonly onCommit?: (tx: Transaction) => void;
}

export function openStore(
  initial: Catalog,
  { timeoutMs = 0, now = Date.now, onCommit = () => {} }: StoreOptions = {},
): Store {
  let latest = initial;
  let commits = 0;
  let lastId = 0;
  let lastTxid = firstTxid();
  const active = new Map<string, Transaction>();
  const rowIds = createRowIdCounter();

  const end = (tx: Transaction, committed: boolean): void => {
    if (committed) commits++;
    active.delete(tx.id);
    locks.release(tx, committed ? commits : undefined);
    const hasTable = (table: number): boolean => latest.tables.has(table);
    const oldest = Math.min(commits, ...[...active.values()].map(({ began }) => began));
    locks.prune(oldest, active.size === 0, hasTable);
    if (active.size === 0) rowIds.prune(hasTable);
  };
  const expire = (): void => {
    if (timeoutMs > 0)
      for (const tx of active.values()) if (now() - tx.usedAt > timeoutMs) end(tx, false);
  };
  const locks = createLockTable(expire);
  return {
    begin(ids) {
      expire();
      lastTxid += 1n;
      const tx = newTransaction(String(lastTxid), { commits, latest, ids, nowMs: now() });
      active.set(tx.id, tx);
      return tx;
    },
    get(id) {
      expire();
      const tx = active.get(id);
      if (tx === undefined) throw notFound(`transaction ${id}`, "TabularTransactionNotFound");
      tx.usedAt = now();
      return tx;
    },
    commit(tx) {
      onCommit(tx);
      latest =
        latest === tx.base
          ? tx.catalog
          : tx.changes.reduce((catalog, change) => change(catalog), latest);
      end(tx, true);
    },
    rollback: (tx) => end(tx, false),
    apply: applyChange,
    applyTo: applyToTable,
    lockName: locks.takeName,
    lockTree(tx, path) {
      refuseChangedTree(tx, path, active.values(), latest);
      locks.takeName(tx, path);
    },
    lockStructure: locks.takeStructure,
    lockRows: locks.takeRows,
    allocateIds(tx, table, count) {
      const first = rowIds.allocate(table, count, tx.repeated?.shift());
      tx.ids.push(first);
      return first;
    },
    reserveIds: rowIds.reserve,
    newId: () => ++lastId,
    get active() {
      expire();
      return active.size;
    },
    get latest() {
      return latest;
    },
  };
}

const newTransaction = (
  id: string,
  start: {
    readonly commits: number;
    readonly latest: Catalog;
    readonly ids: readonly number[] | undefined;
    readonly nowMs: number;
  },
): Transaction => ({
  id,
  began: start.commits,
  base: start.latest,
  catalog: start.latest,
  changes: [],
  locks: new Set(),
  requests: [],
  ids: [],
  repeated: start.ids && [...start.ids],
  usedAt: start.nowMs,
});

function applyChange(tx: Transaction, change: CatalogChange): void {
  tx.catalog = change(tx.catalog);
  tx.changes.push(change);
}

function applyToTable(tx: Transaction, id: number, change: Change): void {
  applyChange(tx, (catalog) => {
    const table: Table | undefined = catalog.tables.get(id);
    if (table === undefined) return catalog;
    return { ...catalog, tables: new Map(catalog.tables).set(id, change(table)) };
  });
}

/** @throws TabularError 409 when another transaction added or removed something below the path. */
function refuseChangedTree(
  tx: Transaction,
  path: string,
  active: Iterable<Transaction>,
  latest: Catalog,
): void {
  const countBelow = ({ schemas, tableIds }: Catalog): number =>
    [...schemas.keys(), ...tableIds.keys()].filter((name) => name.startsWith(`${path}/`)).length;
  for (const other of active)
    if (other !== tx && countBelow(other.catalog) !== countBelow(other.base))
      throw conflict(`${path} is being changed by another transaction`);
  if (countBelow(latest) !== countBelow(tx.base))
    throw conflict(`${path} was changed after this transaction began`);
}
