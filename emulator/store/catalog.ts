import type { Table } from "./table.ts";

export interface Schema {
  readonly id: number;
  readonly properties: string;
}

/**
 * Everything at one moment. Keys are full paths: `bucket/schema`, `bucket/schema/inner`,
 * `bucket/schema/table`. Immutable.
 */
export interface Catalog {
  readonly buckets: ReadonlySet<string>;
  readonly schemas: ReadonlyMap<string, Schema>;
  readonly tableIds: ReadonlyMap<string, number>;
  readonly tables: ReadonlyMap<number, Table>;
}

/**
 * A change of names: made on the transaction's own catalog, and again on the latest one when it
 * commits.
 */
export type CatalogChange = (catalog: Catalog) => Catalog;

export const emptyCatalog = (buckets: readonly string[]): Catalog => ({
  buckets: new Set(buckets),
  schemas: new Map(),
  tableIds: new Map(),
  tables: new Map(),
});

const changed = <K, V>(map: ReadonlyMap<K, V>, key: K, value: V | undefined): ReadonlyMap<K, V> => {
  const copy = new Map(map);
  if (value === undefined) copy.delete(key);
  else copy.set(key, value);
  return copy;
};

export const putSchema =
  (path: string, schema: Schema | undefined): CatalogChange =>
  (catalog) => ({ ...catalog, schemas: changed(catalog.schemas, path, schema) });

/** A table's name; the table itself is put and removed with `putTable`. */
export const putName =
  (path: string, id: number | undefined): CatalogChange =>
  (catalog) => ({ ...catalog, tableIds: changed(catalog.tableIds, path, id) });

export const putTable =
  (id: number, table: Table | undefined): CatalogChange =>
  (catalog) => ({ ...catalog, tables: changed(catalog.tables, id, table) });

/** Moves a schema with all that is in it. */
export const moveSchema =
  (from: string, to: string): CatalogChange =>
  (catalog) => {
    const move = (path: string): string =>
      path === from || path.startsWith(`${from}/`) ? to + path.slice(from.length) : path;
    return {
      ...catalog,
      schemas: new Map([...catalog.schemas].map(([path, schema]) => [move(path), schema])),
      tableIds: new Map([...catalog.tableIds].map(([path, id]) => [move(path), id])),
    };
  };

export const parentOf = (path: string): string => path.slice(0, path.lastIndexOf("/"));
export const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** What stands directly under a path, in the order of creation. */
export const childrenOf = <V>(
  map: ReadonlyMap<string, V>,
  parent: string,
): [name: string, value: V][] =>
  [...map]
    .filter(([path]) => parentOf(path) === parent)
    .map(([path, value]) => [nameOf(path), value]);
