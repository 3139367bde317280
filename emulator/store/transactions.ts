import { conflict, notFound } from "../errors.ts";
import { parentOf, type Catalog, type CatalogChange } from "./catalog.ts";
import type { Recorded } from "./journal.ts";
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

/** Who changes a thing now, and which commit changed it last. */
export interface Lock {
  writer: string | undefined;
  committed: number;
}

const newLock = (): Lock => ({ writer: undefined, committed: 0 });

export interface Store {
  /** `ids`: those of its inserts when it is done again out of a journal. */
  begin(ids?: readonly number[]): Transaction;
  /** @throws TabularError 404 for one that was ended, timed out or never was. */
  get(id: string): Transaction;
  commit(tx: Transaction): void;
  rollback(tx: Transaction): void;
  apply(tx: Transaction, change: CatalogChange): void;
  applyTo(tx: Transaction, table: number, change: Change): void;
  /** A name (of a schema or table) that the transaction creates, removes or alters, in a schema that stays. @throws TabularError 409 */
  lockName(tx: Transaction, path: string): void;
  /** A schema that the transaction removes or renames, with all in it. @throws TabularError 409 */
  lockTree(tx: Transaction, path: string): void;
  /** A table's structure. Conflicts with all that change the table, its rows included. @throws TabularError 409 */
  lockStructure(tx: Transaction, table: number): void;
  /** Rows of a table: `ids` are those that exist already (none for an insert). @throws TabularError 409 */
  lockRows(tx: Transaction, table: number, ids: Iterable<number>): void;
  /** Ids for this many new rows; never given twice, whatever becomes of the transaction. */
  allocateIds(tx: Transaction, table: number, count: number): number;
  /** Makes ids that a client chose unavailable for others. */
  reserveIds(table: number, last: number): void;
  newId(): number;
  readonly active: number;
  readonly latest: Catalog;
}

/** What is shared by all states of one table. */
interface Shared {
  nextRow: number;
  /** How many row locks were left when they were last looked through. */
  keptRows: number;
  readonly structure: Lock;
  readonly rows: Map<number, Lock>;
  readonly writers: Set<string>;
}

/** Ids begin beyond 2^53, so that a client that keeps them as numbers is found out; they are not those of an earlier run. */
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
  const names = new Map<string, Lock>();
  const shared = new Map<number, Shared>();

  const sharedOf = (table: number): Shared => {
    const known = shared.get(table) ?? {
      nextRow: 0,
      keptRows: 0,
      structure: newLock(),
      rows: new Map<number, Lock>(),
      writers: new Set<string>(),
    };
    shared.set(table, known);
    return known;
  };

  const check = (tx: Transaction, lock: Lock | undefined, what: string): void => {
    if (lock === undefined || lock.writer === tx.id) return;
    if (lock.writer !== undefined) expire();
    if (lock.writer !== undefined)
      throw conflict(`${what} is being changed by another transaction`);
    if (lock.committed > tx.began)
      throw conflict(`${what} was changed after this transaction began`);
  };

  const take = (tx: Transaction, lock: Lock, what: string): void => {
    check(tx, lock, what);
    lock.writer = tx.id;
    tx.locks.add(lock);
  };

  const end = (tx: Transaction, committed: boolean): void => {
    if (committed) commits++;
    for (const lock of tx.locks) {
      lock.writer = undefined;
      if (committed) lock.committed = commits;
    }
    active.delete(tx.id);
    for (const { writers } of shared.values()) writers.delete(tx.id);
    forget();
  };

  /** Who changed a thing last matters only to transactions that are older than that. */
  const forget = (): void => {
    const oldest = Math.min(commits, ...[...active.values()].map(({ began }) => began));
    const prune = (locks: Map<unknown, Lock>): void => {
      for (const [key, lock] of locks)
        if (lock.writer === undefined && lock.committed <= oldest) locks.delete(key);
    };
    for (const known of shared.values()) {
      if (known.rows.size < 2 * known.keptRows + 1000 && active.size > 0) continue;
      prune(known.rows);
      known.keptRows = known.rows.size;
    }
    prune(names);
    if (active.size > 0) return;
    for (const table of shared.keys()) if (!latest.tables.has(table)) shared.delete(table);
  };

  const expire = (): void => {
    if (timeoutMs > 0)
      for (const tx of active.values()) if (now() - tx.usedAt > timeoutMs) end(tx, false);
  };

  const lockName = (tx: Transaction, path: string): void => {
    for (let above = parentOf(path); above.includes("/"); above = parentOf(above))
      check(tx, names.get(above), above);
    const lock = names.get(path) ?? newLock();
    names.set(path, lock);
    take(tx, lock, path);
  };

  const apply = (tx: Transaction, change: CatalogChange): void => {
    tx.catalog = change(tx.catalog);
    tx.changes.push(change);
  };

  return {
    begin(ids) {
      expire();
      lastTxid += 1n;
      const tx: Transaction = {
        id: String(lastTxid),
        began: commits,
        base: latest,
        catalog: latest,
        changes: [],
        locks: new Set(),
        requests: [],
        ids: [],
        repeated: ids && [...ids],
        usedAt: now(),
      };
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
    apply,
    applyTo(tx, id, change) {
      apply(tx, (catalog) => {
        const table: Table | undefined = catalog.tables.get(id);
        return table === undefined
          ? catalog
          : { ...catalog, tables: new Map(catalog.tables).set(id, change(table)) };
      });
    },
    lockName,
    lockTree(tx, path) {
      const under = (catalog: Catalog): number =>
        [...catalog.schemas.keys(), ...catalog.tableIds.keys()].filter((name) =>
          name.startsWith(`${path}/`),
        ).length;
      for (const other of active.values())
        if (other !== tx && under(other.catalog) !== under(other.base))
          throw conflict(`${path} is being changed by another transaction`);
      if (under(latest) !== under(tx.base))
        throw conflict(`${path} was changed after this transaction began`);
      lockName(tx, path);
    },
    lockStructure(tx, table) {
      const { structure, writers } = sharedOf(table);
      if ([...writers].some((id) => id !== tx.id)) expire();
      if ([...writers].some((id) => id !== tx.id))
        throw conflict("the table's rows are being changed by another transaction");
      take(tx, structure, "the table");
    },
    lockRows(tx, table, ids) {
      const { structure, rows, writers } = sharedOf(table);
      if (structure.writer !== undefined && structure.writer !== tx.id) expire();
      if (structure.writer !== undefined && structure.writer !== tx.id)
        throw conflict("the table is being changed by another transaction");
      if (structure.committed > tx.began)
        throw conflict("the table was changed after this transaction began");
      for (const id of ids) {
        const lock = rows.get(id) ?? newLock();
        rows.set(id, lock);
        take(tx, lock, `row ${id}`);
      }
      writers.add(tx.id);
    },
    allocateIds(tx, table, count) {
      const known = sharedOf(table);
      const first = tx.repeated?.shift() ?? known.nextRow;
      known.nextRow = Math.max(known.nextRow, first + count);
      tx.ids.push(first);
      return first;
    },
    reserveIds(table, last) {
      const known = sharedOf(table);
      known.nextRow = Math.max(known.nextRow, last + 1);
    },
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
