import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { spawnEmulator } from "../../emulator/spawn.ts";
import { createSchema, createTable, type TablePath } from "../../src/backends/vast/wire/catalog.ts";
import { connectClient } from "../../src/backends/vast/wire/client.ts";
import { column, ROW_ID, rowIdField, COLUMN_TYPES } from "../../src/backends/vast/wire/columns.ts";
import { query } from "../../src/backends/vast/wire/query.ts";
import { insertRows, remove, rowIds, update } from "../../src/backends/vast/wire/rows.ts";
import { transact } from "../../src/backends/vast/wire/transact.ts";
import { toValues, type Value } from "../../src/backends/vast/wire/values.ts";
import { cellOf, CELLS, FIELDS, ROWS, textOf } from "./cells.ts";
import type { Session } from "../../src/backends/vast/wire/client.ts";

/**
 * Every type of cell: written by our client and read by VAST's SDK, and the other way round.
 * @returns whether all are equal
 */
export async function runBothWays(python: string): Promise<boolean> {
  const emulator = await spawnEmulator(["--rows-per-page", "300", "--rows-per-batch", "70"]);
  try {
    const client = await connectClient({
      endpoint: emulator.url,
      accessKeyId: emulator.accessKey,
      secretAccessKey: emulator.secretKey,
    });
    const script = (command: string, table: string): boolean =>
      spawnSync(
        python,
        [
          fileURLToPath(new URL("cells.py", import.meta.url)),
          command,
          emulator.url,
          emulator.accessKey,
          emulator.secretKey,
          emulator.bucket,
          table,
        ],
        { stdio: ["ignore", "inherit", 2] },
      ).status === 0;
    const at = (table: string): TablePath => ({
      bucket: emulator.bucket,
      schema: "interop",
      table,
    });
    await createSchema(client.session, emulator.bucket, "interop");
    await transact(client, (session) => write(session, at("ours")));
    const theyRead = script("read", "ours");
    const weRead = script("write", "theirs") && (await read(client.session, at("theirs")));
    client.close();
    return theyRead && weRead;
  } finally {
    await emulator.stop();
  }
}

async function write(session: Session, at: TablePath): Promise<void> {
  await createTable(session, at, FIELDS);
  const rows = Array.from({ length: ROWS }, (_, i) => i);
  const { bits, ids } = await insertRows(
    session,
    at,
    FIELDS,
    CELLS.map((_, c) => rows.map((row) => cellOf(c, row))),
  );
  const some = (step: number): number[] => rows.filter((row) => row % step === 0);
  const idsOf = (chosen: readonly number[]): bigint[] => chosen.map((row) => ids[row] ?? -1n);
  await remove(session, at, { bits, ids: idsOf(some(10)) });
  await update(
    session,
    at,
    { bits, ids: idsOf(some(11)) },
    [column("text", COLUMN_TYPES.utf8())],
    [some(11).map((row) => `changed ${row}`)],
  );
}

async function read(session: Session, at: TablePath): Promise<boolean> {
  const found = new Map<string, readonly Value[]>();
  for await (const { columns } of query(session, at, { columns: [...FIELDS, rowIdField(64)] })) {
    const values = columns.slice(0, -1).map(toValues);
    if (rowIds(columns.slice(-1)).ids.length !== values[0]?.length)
      throw new Error(`${ROW_ID} has another length`);
    values[0].forEach((n, i) =>
      found.set(
        String(n),
        values.map((list) => list[i] ?? null),
      ),
    );
  }
  const wrong = CELLS.filter((_, c) =>
    Array.from(
      { length: ROWS },
      (_, row) => textOf(found.get(String(row))?.[c]) !== textOf(cellOf(c, row)),
    ).some(Boolean),
  ).map(([name]) => name);
  process.stdout.write(
    `mediasearch reads ${found.size} rows of ${CELLS.length} types that vastdb wrote: ${wrong.length === 0 ? "all equal" : `DIFFERENT: ${wrong.join(", ")}`}\n`,
  );
  return wrong.length === 0 && found.size === ROWS;
}
