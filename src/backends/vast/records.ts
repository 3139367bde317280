import {
  type Json,
  type JournalEntry,
  readRecord,
  type Records,
  type StoredRecord,
} from "../records.ts";
import { type Database, type TableRow } from "./database.ts";
import { isTableThere, makeTable } from "./optional-tables.ts";
import { toText } from "./rows.ts";
import { JOURNAL, RECORDS, type TableSchema } from "./tables.ts";
import { compareColumn, equal, isOneOf } from "./wire/predicate.ts";

/** A cell holds 128 KiB; counted in UTF-16 units, of which each takes three bytes at most. */
const PART_LENGTH = 40_000;

const splitRecord = (value: Json): string[] => {
  const json = JSON.stringify(value);
  return Array.from({ length: Math.max(1, Math.ceil(json.length / PART_LENGTH)) }, (_, part) =>
    json.slice(part * PART_LENGTH, (part + 1) * PART_LENGTH),
  );
};

/** Rows of one document each, or several parts of it, put together by `keyOf`. */
function joinParts(
  rows: readonly TableRow[],
  keyOf: (row: TableRow) => string,
): Map<string, string> {
  const joined = new Map<string, string>();
  for (const row of rows.toSorted((a, b) => Number(a["part"]) - Number(b["part"])))
    joined.set(keyOf(row), (joined.get(keyOf(row)) ?? "") + toText(row["value"]));
  return joined;
}

const byBytes = (a: { readonly id: string }, b: { readonly id: string }): number =>
  Buffer.compare(Buffer.from(a.id), Buffer.from(b.id));

/**
 * Records in two tables that are made when something is first written, so that a library of an
 * earlier mediasearch needs no migration. Without its table a kind is empty.
 */
export function vastRecords(database: Database): Records {
  const { session } = database.client;
  const rows = async (
    table: TableSchema,
    ...filter: Parameters<Database["rows"]>[2]
  ): Promise<TableRow[]> =>
    (await isTableThere(database, session, table)) ? database.rows(session, table, filter) : [];
  const replace = (kind: string, id: string, parts: readonly string[]): Promise<void> =>
    database.write({ action: "record", detail: kind }, [`${kind}\0${id}`], async (tx) => {
      await makeTable(database, tx, RECORDS);
      const found = await database.find(tx, RECORDS, [equal("kind", kind), equal("record_id", id)]);
      await database.drop(tx, RECORDS, found);
      if (parts.length > 0)
        await database.add(
          tx,
          RECORDS,
          parts.map((value, part) => ({ kind, record_id: id, part, value })),
        );
    });
  return {
    async get(kind, id) {
      const found = await rows(RECORDS, equal("kind", kind), equal("record_id", id));
      const json = joinParts(found, () => id).get(id);
      return json === undefined ? undefined : readRecord(json);
    },
    async list(kind) {
      const found = await rows(RECORDS, equal("kind", kind));
      return [...joinParts(found, (row) => toText(row["record_id"]))]
        .map(([id, json]) => ({ id, value: readRecord(json) }))
        .toSorted(byBytes);
    },
    async listIds(kind) {
      if (!(await isTableThere(database, session, RECORDS))) return [];
      const filter = [equal("kind", kind)];
      const found = await database.rows(session, RECORDS, filter, ["record_id"]);
      return [...new Set(found.map((row) => toText(row["record_id"])))].toSorted((a, b) =>
        Buffer.compare(Buffer.from(a), Buffer.from(b)),
      );
    },
    put: (kind, id, value) => replace(kind, id, splitRecord(value)),
    remove: (kind, id) => replace(kind, id, []),
    addAll: (kind, records) => addRecords(database, kind, records),
    removeAll: (kind, ids) => removeRecords(database, kind, ids),
    ...vastJournal(database, rows),
  };
}

/** New ids meet no other writer, so nothing is locked. */
async function addRecords(
  database: Database,
  kind: string,
  records: readonly StoredRecord[],
): Promise<void> {
  if (records.length === 0) return;
  await database.write({ action: "record", detail: kind }, [], async (tx) => {
    await makeTable(database, tx, RECORDS);
    const rows = records.flatMap(({ id, value }) =>
      splitRecord(value).map((value, part) => ({ kind, record_id: id, part, value })),
    );
    await database.add(tx, RECORDS, rows);
  });
}

/** So many ids that a filter of them is far from the limit of a request. */
const REMOVED_AT_ONCE = 1000;

async function removeRecords(
  database: Database,
  kind: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0 || !(await isTableThere(database, database.client.session, RECORDS))) return;
  await database.write({ action: "record", detail: kind }, [], async (tx) => {
    for (let from = 0; from < ids.length; from += REMOVED_AT_ONCE) {
      const some = ids.slice(from, from + REMOVED_AT_ONCE);
      const filter = [equal("kind", kind), isOneOf("record_id", some)];
      await database.drop(tx, RECORDS, await database.find(tx, RECORDS, filter));
    }
  });
}

/** Several records of a kind at once; those that are not there are left out. */
export async function readRecords(
  database: Database,
  kind: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Json>> {
  const { session } = database.client;
  if (ids.length === 0 || !(await isTableThere(database, session, RECORDS))) return new Map();
  const found = await database.rows(session, RECORDS, [
    equal("kind", kind),
    isOneOf("record_id", ids),
  ]);
  const joined = joinParts(found, (row) => toText(row["record_id"]));
  return new Map([...joined].map(([id, json]) => [id, readRecord(json)]));
}

type ReadRows = (
  table: TableSchema,
  ...filter: Parameters<Database["rows"]>[2]
) => Promise<TableRow[]>;

function vastJournal(
  database: Database,
  rows: ReadRows,
): Pick<Records, "append" | "readJournal" | "trimJournal"> {
  return {
    append: (entries) =>
      database.write({ action: "journal" }, ["journal"], async (tx) => {
        await makeTable(database, tx, JOURNAL);
        const added: TableRow[] = [];
        for (const { id, kind, atMs, value } of entries) {
          const present = await database.rows(tx, JOURNAL, [equal("entry_id", id)], ["entry_id"]);
          if (present.length === 0)
            added.push(
              ...splitRecord(value).map((value, part) => ({
                entry_id: id,
                kind,
                at_ms: atMs,
                part,
                value,
              })),
            );
        }
        if (added.length > 0) await database.add(tx, JOURNAL, added);
      }),
    async readJournal({ kind, afterId, limit }) {
      const found = await rows(
        JOURNAL,
        equal("kind", kind),
        ...(afterId === undefined ? [] : [compareColumn("entry_id", "greater", afterId)]),
      );
      const times = new Map(found.map((row) => [toText(row["entry_id"]), Number(row["at_ms"])]));
      return [...joinParts(found, (row) => toText(row["entry_id"]))]
        .map(([id, json]): JournalEntry => ({
          id,
          kind,
          atMs: times.get(id) ?? 0,
          value: readRecord(json),
        }))
        .toSorted(byBytes)
        .slice(0, limit);
    },
    async trimJournal(kind, beforeMs) {
      if (!(await isTableThere(database, database.client.session, JOURNAL))) return 0;
      return database.write(
        { action: "journal-trimmed", detail: kind },
        ["journal"],
        async (tx) => {
          const found = await database.find(tx, JOURNAL, [
            equal("kind", kind),
            compareColumn("at_ms", "less", BigInt(beforeMs)),
          ]);
          await database.drop(tx, JOURNAL, found);
          return new Set(found.rows.map((row) => toText(row["entry_id"]))).size;
        },
      );
    },
  };
}
