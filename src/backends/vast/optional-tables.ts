import type { Database } from "./database.ts";
import type { TableSchema } from "./tables.ts";
import { createTable, listTables } from "./wire/catalog.ts";
import type { Session } from "./wire/client.ts";

/** The tables of each library that are known to be there for good. */
const present = new WeakMap<Database, Set<string>>();

/**
 * Whether a table is there that is made when something is first written to it, so that a library of
 * an earlier mediasearch needs no migration.
 */
export async function isTableThere(
  database: Database,
  session: Session,
  { name }: TableSchema,
): Promise<boolean> {
  const known = present.get(database) ?? new Set<string>();
  present.set(database, known);
  // A transaction that began before the table was made does not see it, and may have made its own.
  const isOutside = session.txid === database.client.session.txid;
  if (isOutside && known.has(name)) return true;
  const found = (await listTables(session, database.bucket, database.schema, name)).length > 0;
  if (isOutside && found) known.add(name);
  return found;
}

/** Makes a table in this transaction when it is missing; of two that do one conflicts. */
export async function makeTable(
  database: Database,
  session: Session,
  table: TableSchema,
): Promise<void> {
  if (await isTableThere(database, session, table)) return;
  const { sortedBy = [] } = table;
  await createTable(session, database.at(table), table.fields, {
    sortedBy: database.client.supports("sortedTables")
      ? sortedBy.map((name) => table.fields.findIndex((field) => field.name === name))
      : [],
  });
}
