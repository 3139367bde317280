import { conflict } from "../errors.ts";
import { parentOf } from "./catalog.ts";

/** Which transaction changes a thing now, and which commit changed it last. */
export interface Lock {
  writer: string | undefined;
  committed: number;
}

/** What a lock must know of the transaction that takes it. */
export interface LockOwner {
  readonly id: string;
  /** The number of commits before it began. */
  readonly began: number;
  readonly locks: Set<Lock>;
}

/** Every method that takes a lock throws TabularError 409 when another transaction holds it. */
export interface LockTable {
  takeName(owner: LockOwner, path: string): void;
  takeStructure(owner: LockOwner, table: number): void;
  takeRows(owner: LockOwner, table: number, ids: Iterable<number>): void;
  /** Frees all locks of a transaction; `commit` is the number of its commit, if it has one. */
  release(owner: LockOwner, commit: number | undefined): void;
  /** Forgets locks that no transaction older than `oldest` can meet. */
  prune(oldest: number, isIdle: boolean, hasTable: (table: number) => boolean): void;
}

/** The locks of one table. */
interface TableLocks {
  /** How many row locks were left when they were last looked through. */
  keptRows: number;
  readonly structure: Lock;
  readonly rows: Map<number, Lock>;
  readonly writers: Set<string>;
}

const newLock = (): Lock => ({ writer: undefined, committed: 0 });

/** @param expire ends the transactions that timed out; called before a conflict is reported. */
export function createLockTable(expire: () => void): LockTable {
  const names = new Map<string, Lock>();
  const tables = new Map<number, TableLocks>();

  const check = (owner: LockOwner, lock: Lock | undefined, what: string): void => {
    if (lock === undefined || lock.writer === owner.id) return;
    if (lock.writer !== undefined) expire();
    if (lock.writer !== undefined)
      throw conflict(`${what} is being changed by another transaction`);
    if (lock.committed > owner.began)
      throw conflict(`${what} was changed after this transaction began`);
  };
  const take = (owner: LockOwner, lock: Lock, what: string): void => {
    check(owner, lock, what);
    lock.writer = owner.id;
    owner.locks.add(lock);
  };

  return {
    takeName(owner, path) {
      for (let above = parentOf(path); above.includes("/"); above = parentOf(above))
        check(owner, names.get(above), above);
      const lock = names.get(path) ?? newLock();
      names.set(path, lock);
      take(owner, lock, path);
    },
    takeStructure(owner, table) {
      const { structure, writers } = tableLocks(tables, table);
      if ([...writers].some((id) => id !== owner.id)) expire();
      if ([...writers].some((id) => id !== owner.id))
        throw conflict("the table's rows are being changed by another transaction");
      take(owner, structure, "the table");
    },
    takeRows(owner, table, ids) {
      const { structure, rows, writers } = tableLocks(tables, table);
      if (structure.writer !== undefined && structure.writer !== owner.id) expire();
      if (structure.writer !== undefined && structure.writer !== owner.id)
        throw conflict("the table is being changed by another transaction");
      if (structure.committed > owner.began)
        throw conflict("the table was changed after this transaction began");
      for (const id of ids) {
        const lock = rows.get(id) ?? newLock();
        rows.set(id, lock);
        take(owner, lock, `row ${id}`);
      }
      writers.add(owner.id);
    },
    release(owner, commit) {
      for (const lock of owner.locks) {
        lock.writer = undefined;
        if (commit !== undefined) lock.committed = commit;
      }
      for (const { writers } of tables.values()) writers.delete(owner.id);
    },
    prune(oldest, isIdle, hasTable) {
      for (const locks of tables.values()) {
        if (locks.rows.size < 2 * locks.keptRows + 1000 && !isIdle) continue;
        pruneLocks(locks.rows, oldest);
        locks.keptRows = locks.rows.size;
      }
      pruneLocks(names, oldest);
      if (!isIdle) return;
      for (const table of tables.keys()) if (!hasTable(table)) tables.delete(table);
    },
  };
}

function tableLocks(tables: Map<number, TableLocks>, table: number): TableLocks {
  const existing = tables.get(table);
  if (existing) return existing;
  const created = {
    keptRows: 0,
    structure: newLock(),
    rows: new Map(),
    writers: new Set<string>(),
  };
  tables.set(table, created);
  return created;
}

/** Who changed a thing last matters only to transactions that are older than that. */
function pruneLocks(locks: Map<unknown, Lock>, oldest: number): void {
  for (const [key, lock] of locks)
    if (lock.writer === undefined && lock.committed <= oldest) locks.delete(key);
}
