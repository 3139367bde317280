/** Ids of rows, counted for each table; none is given twice. */
export interface RowIdCounter {
  /** @returns the first of `count` new ids; `first` when a journal says which it was. */
  allocate(table: number, count: number, first: number | undefined): number;
  /** Makes ids up to `last`, which a client chose, unavailable for others. */
  reserve(table: number, last: number): void;
  /** Forgets tables that are no more. */
  prune(hasTable: (table: number) => boolean): void;
}

export function createRowIdCounter(): RowIdCounter {
  const next = new Map<number, number>();
  const raise = (table: number, to: number): void =>
    void next.set(table, Math.max(next.get(table) ?? 0, to));
  return {
    allocate(table, count, repeated) {
      const first = repeated ?? next.get(table) ?? 0;
      raise(table, first + count);
      return first;
    },
    reserve: (table, last) => raise(table, last + 1),
    prune(hasTable) {
      for (const table of next.keys()) if (!hasTable(table)) next.delete(table);
    },
  };
}
