import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { spawnEmulator, type Spawned } from "../../../../emulator/spawn.ts";
import { createSchema, createTable, type TablePath } from "./catalog.ts";
import { type Client, connectClient, type Session } from "./client.ts";
import { column, COLUMN_TYPES } from "./columns.ts";
import { readMessage, writeMessage } from "./protobuf.ts";
import { insertRows } from "./rows.ts";
import { querySql } from "./sql.ts";
import { toValues, type Value } from "./values.ts";

let server: Spawned;
let client: Client;
let tables = 0;
const FIELDS = [
  column("number", COLUMN_TYPES.int64()),
  column("text", COLUMN_TYPES.utf8()),
  column("vector", COLUMN_TYPES.vector(2)),
];

beforeAll(async () => {
  server = await spawnEmulator();
  client = await connectClient({
    endpoint: server.url,
    accessKeyId: server.accessKey,
    secretAccessKey: server.secretKey,
    timeoutMs: 5000,
  });
  await createSchema(client.session, server.bucket, "s");
});
afterAll(async () => {
  client.close();
  await server.stop();
});

/** A table of rows `i`, `text i` and (i, 0); every tenth has no text. */
async function newTable(session: Session, rows: number): Promise<TablePath & { sql: string }> {
  const at = { bucket: server.bucket, schema: "s", table: `t${tables++}` };
  await createTable(session, at, FIELDS);
  const numbers = Array.from({ length: rows }, (_, i) => i);
  await insertRows(session, at, FIELDS, [
    numbers.map(BigInt),
    numbers.map((i) => (i % 10 === 9 ? null : `text ${i}`)),
    numbers.map((i) => Float32Array.of(i, 0)),
  ]);
  return { ...at, sql: `"${at.bucket}/${at.schema}".${at.table}` };
}

async function rowsOf(session: Session, sql: string): Promise<readonly (readonly Value[])[]> {
  const rows: Value[][] = [];
  for await (const { columns, rows: count } of querySql(session, sql)) {
    const values = columns.map(toValues);
    for (let row = 0; row < count; row++) rows.push(values.map((cells) => cells[row]));
  }
  return rows;
}

describe("SQL on the cluster", () => {
  it("answers every row once, with nulls and vectors, over many batches and tickets", async () => {
    const { sql } = await newTable(client.session, 9000);
    const rows = await rowsOf(client.session, `SELECT number, text, vector FROM ${sql}`);
    const byNumber = rows.toSorted((a, b) => Number((a[0] as bigint) - (b[0] as bigint)));
    expect(byNumber.map(([number]) => number)).toEqual(
      Array.from({ length: 9000 }, (_, i) => BigInt(i)),
    );
    expect(byNumber[8]?.slice(1)).toEqual(["text 8", Float32Array.of(8, 0)]);
    expect(byNumber[9]?.[1]).toBeNull();
  });

  it("orders by distance and filters before the limit", async () => {
    const { sql } = await newTable(client.session, 500);
    const distance = "array_distance(vector::FLOAT[2], [100.2, 0]::FLOAT[2])";
    const nearest = (where: string): Promise<readonly (readonly Value[])[]> =>
      rowsOf(client.session, `SELECT number FROM ${sql} ${where} ORDER BY ${distance} LIMIT 3`);
    expect((await nearest("")).flat()).toEqual([100n, 101n, 99n]);
    expect((await nearest("WHERE text IS NULL")).flat()).toEqual([99n, 109n, 89n]);
    expect(await rowsOf(client.session, `SELECT number FROM ${sql} WHERE number < 0`)).toEqual([]);
  });

  it("sees what its transaction did, and nobody else does before the commit", async () => {
    const transaction = await client.begin();
    onTestFinished(() => transaction.rollback());
    const { sql } = await newTable(transaction, 20);
    const count = `SELECT count(*) FROM ${sql}`;
    expect(await rowsOf(transaction, count)).toEqual([[20n]]);
    await expect(rowsOf(client.session, count)).rejects.toMatchObject({ code: "BUG" });
  });

  it("ends a query that is left early", async () => {
    const { sql } = await newTable(client.session, 9000);
    const finished = async (): Promise<number> =>
      ((await server.status()).requests["finish-query"] as number | undefined) ?? 0;
    const before = await finished();
    for await (const page of querySql(client.session, `SELECT number FROM ${sql}`)) {
      expect(page.rows).toBeGreaterThan(0);
      break;
    }
    expect(await finished()).toBe(before + 1);
  });

  it("tells what the cluster says of a statement that it refuses", async () => {
    await expect(rowsOf(client.session, "SELECT nothing FROM nowhere")).rejects.toThrow(/nowhere/);
  });
});

/** What is said of bytes that are no message; nothing for those that are one. */
function refusalOf(bytes: Uint8Array): string {
  try {
    const message = readMessage(bytes);
    for (let field = 0; field < 8; field++) message.messages(field);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

describe("messages of Protocol Buffers", () => {
  it("are read as they were written", () => {
    const inner = writeMessage([[1, 300n]]);
    const message = readMessage(
      writeMessage([
        [2, 2n ** 64n - 1n],
        [3, "é"],
        [4, inner],
        [4, inner],
      ]),
    );
    expect(message.number(2)).toBe(2n ** 64n - 1n);
    expect(message.text(3)).toBe("é");
    expect(message.messages(4).map((one) => one.number(1))).toEqual([300n, 300n]);
    expect([message.number(3), message.text(2), message.message(9)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("are refused when they are none, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(refusalOf(bytes)).toMatch(/^$|no message/);
      }),
    );
    expect(() => readMessage(Uint8Array.of(0x1a, 0x7f, 1))).toThrow(/no message/);
  });
});
