import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { spawnEmulator, type Spawned } from "../../../../emulator/spawn.ts";
import { createSchema, createTable, type TablePath } from "./catalog.ts";
import { type Client, connectClient, type Session } from "./client.ts";
import { column, COLUMN_TYPES } from "./columns.ts";
import { equal } from "./predicate.ts";
import { query, type TableQuery } from "./query.ts";
import { insertRows } from "./rows.ts";
import { transact } from "./transact.ts";

/**
 * Against a server process that was written without this client: what neither of them assumes
 * alone.
 */
let server: Spawned;
let client: Client;
const number = column("number", COLUMN_TYPES.int64());
let tables = 0;

beforeAll(async () => {
  server = await spawnEmulator(["--rows-per-page", "1000"]);
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

async function newTable(rows: number): Promise<TablePath> {
  const at = { bucket: server.bucket, schema: "s", table: `t${tables++}` };
  await createTable(client.session, at, [number]);
  const { ids } = await insertRows(
    client.session,
    at,
    [number],
    [Array.from({ length: rows }, (_, i) => BigInt(i))],
  );
  expect(ids).toHaveLength(rows);
  return at;
}

async function numbersIn(at: TablePath, more: Partial<TableQuery> = {}): Promise<bigint[]> {
  const found: bigint[] = [];
  for await (const page of query(client.session, at, { columns: [number], splits: 1, ...more }))
    found.push(...(page.columns[0]?.values as BigInt64Array));
  return found.sort((a, b) => Number(a - b));
}

describe("the client, against the emulator", () => {
  it("inserts more rows at once than a call has room for arguments", async () => {
    const at = await newTable(290_000);
    let rows = 0;
    for await (const page of query(client.session, at, { columns: [], splits: 1 }))
      rows += page.rows;
    expect(rows).toBe(290_000);
  });

  it("leaves no connection behind when a reply's last bytes come late, so that many queries in a row go on", async () => {
    const at = await newTable(3);
    await server.setFaults([{ kind: "linger", op: "query", ms: 5 }]);
    onTestFinished(() => server.setFaults([]));
    for (let i = 0; i < 40; i++) expect(await numbersIn(at)).toEqual([0n, 1n, 2n]);
  });

  it("loses and repeats nothing when replies are cut, fail in mid-stream and are refused at random", async () => {
    const at = await newTable(20_000);
    await server.setFaults([
      { kind: "cut", op: "query", bytes: 30_000, rate: 0.3 },
      { kind: "fail", op: "query", messages: 9, rate: 0.2 },
      { kind: "slowdown", rate: 0.2 },
      { kind: "close", rate: 0.2 },
    ]);
    onTestFinished(() => server.setFaults([]));
    for (let i = 0; i < 5; i++)
      expect(await numbersIn(at, { pageRows: 2500 })).toEqual(
        Array.from({ length: 20_000 }, (_, n) => BigInt(n)),
      );
    expect(Object.keys((await server.status()).struck)).toEqual(
      expect.arrayContaining(["cut", "fail", "slowdown", "close"]),
    );
  });

  it("never does work twice that may have been committed, when nobody can look", async () => {
    const at = await newTable(0);
    await server.setFaults([{ kind: "cut", op: "commit", bytes: 0, times: 1 }]);
    onTestFinished(() => server.setFaults([]));
    await expect(
      transact(client, (session) => insertRows(session, at, [number], [[7n]])),
    ).rejects.toMatchObject({ code: "UNREACHABLE" });
    expect(await numbersIn(at)).toEqual([7n]);
  });

  it("writes everything once while eight writers are struck at random: lost answers, broken connections, SlowDown, servers that fall silent", async () => {
    const at = await newTable(0);
    const hasty = await connectClient({
      endpoint: server.url,
      accessKeyId: server.accessKey,
      secretAccessKey: server.secretKey,
      timeoutMs: 1500,
    });
    const rules = (["begin", "insert", "commit", "rollback", "query"] as const).flatMap(
      (op) =>
        [
          { kind: "drop", op, rate: 0.05 },
          { kind: "cut", op, bytes: 0, rate: 0.08 },
          { kind: "slowdown", op, rate: 0.1 },
          { kind: "error", op, status: 503, code: "ServiceUnavailable", rate: 0.05 },
        ] as const,
    );
    await server.setFaults([...rules, { kind: "hang", op: "commit", times: 2, after: 5 }]);
    onTestFinished(() => server.setFaults([]));
    const isThere =
      (n: bigint) =>
      async (session: Session): Promise<boolean> => {
        for await (const page of query(session, at, {
          columns: [number],
          filter: [equal("number", n)],
          splits: 1,
        }))
          if (page.rows > 0) return true;
        return false;
      };
    let next = 0n;
    const write = async (): Promise<void> => {
      while (next < 120n) {
        const n = next++;
        await transact(hasty, (session) => insertRows(session, at, [number], [[n]]), {
          wasCommitted: isThere(n),
          budgetMs: 60_000,
        });
      }
    };
    await Promise.all(Array.from({ length: 8 }, write));
    await server.setFaults([]);
    hasty.close();
    expect(await numbersIn(at)).toEqual(Array.from({ length: 120 }, (_, n) => BigInt(n)));
    const { struck, transactions } = await server.status();
    expect(Object.values(struck).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(50);
    expect(struck).toMatchObject({ hang: 2 });
    // Those whose beginning was lost are left to lapse.
    expect(transactions).toBeLessThan(40);
  });

  it("reads from all addresses of a cluster, and from the endpoint instead of one that does not answer, without waiting for it", async () => {
    const spread = await spawnEmulator(["--vip", "127.0.0.1", "--vip", "127.0.0.77,2"]);
    onTestFinished(() => spread.stop());
    const other = await connectClient({
      endpoint: spread.url,
      accessKeyId: spread.accessKey,
      secretAccessKey: spread.secretKey,
      timeoutMs: 600_000,
    });
    onTestFinished(() => other.close());
    const at = { bucket: spread.bucket, schema: "s", table: "t" };
    await createSchema(other.session, at.bucket, at.schema);
    await createTable(other.session, at, [number]);
    await insertRows(other.session, at, [number], [[1n, 2n, 3n]]);
    let rows = 0;
    for await (const page of query(other.session, at, {
      columns: [number],
      spread: true,
      splits: 6,
    }))
      rows += page.rows;
    expect(rows).toBe(3);
  });
});
