import { RecordBatchReader } from "apache-arrow";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { KEYS, refuse, serve, slowDown, type Answer } from "../../../../test/vast/server.ts";
import { createTable, type TablePath } from "./catalog.ts";
import { type Client, connectClient } from "./client.ts";
import { column, COLUMN_TYPES } from "./columns.ts";
import { faultOf } from "./faults.ts";
import { writeRows } from "./ipc.ts";
import { rowIdField } from "./columns.ts";
import { insertRows, remove, update } from "./rows.ts";
import { createSigner } from "./sign.ts";
import { transact } from "./transact.ts";
import { toValues } from "./values.ts";

const AT: TablePath = { bucket: "b", schema: "s", table: "t" };
const TXID = "18446744073709551557";
const text = column("text", COLUMN_TYPES.utf8());

async function open(
  answer: Answer = (_, response) => void response.end(),
  timeoutMs = 2000,
): Promise<{
  readonly client: Client;
  readonly calls: () => string[];
  readonly received: Awaited<ReturnType<typeof serve>>["received"];
}> {
  const { endpoint, received } = await serve((request, response, n) => {
    if (n === 0) return void response.end();
    if (request.method === "POST" && request.url === "/?transaction")
      response.setHeader("tabular-txid", TXID);
    return answer(request, response, n);
  });
  const client = await connectClient({ endpoint, ...KEYS, timeoutMs });
  return {
    client,
    received,
    calls: () => received.slice(1).map(({ method, url }) => `${method} ${url}`),
  };
}

describe("connecting", () => {
  const server = async (name: string | undefined): Promise<Client> => {
    const { endpoint } = await serve((_, response) => {
      response.removeHeader("server");
      if (name) response.setHeader("server", name);
      response.end();
    });
    return connectClient({ endpoint, ...KEYS });
  };

  it("tells the version, and what it can do", async () => {
    const old = await server("vast 5.4.1.7");
    expect([old.version, old.supports("sortedTables"), old.supports("vectorIndex")]).toEqual([
      [5, 4, 1, 7],
      true,
      false,
    ]);
    expect((await server("vast 10.0.0.1")).supports("vectorIndex")).toBe(true);
  });

  for (const [name, what] of [
    ["nginx", "not a VAST server"],
    [undefined, "not a VAST server"],
    ["vast", "unsupported"],
    ["vast 5.5", "unsupported"],
    ["vast 4.9.0.0", "unsupported"],
  ] as const)
    it(`refuses "${name}"`, () =>
      expect(server(name)).rejects.toMatchObject({
        code: "USAGE",
        message: expect.stringContaining(what),
      }));

  it("bad keys are CREDENTIALS, with the server's code, message and request id, and no secret", async () => {
    const { endpoint } = await serve((_, response) =>
      refuse(response, 403, "SignatureDoesNotMatch"),
    );
    const error = await connectClient({ endpoint, ...KEYS }).catch((reason: Error) => reason);
    expect(error).toMatchObject({
      code: "CREDENTIALS",
      hint: expect.stringContaining("VAST_ACCESS_KEY_ID"),
      message: expect.stringMatching(/SignatureDoesNotMatch, a <message>, request r-17/),
    });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(
      KEYS.secretAccessKey,
    );
    expect(faultOf(error)).toMatchObject({
      status: 403,
      code: "SignatureDoesNotMatch",
      requestId: "r-17",
    });
  });

  it("nobody there, or nobody who answers, is UNREACHABLE in the time that was given", async () => {
    await expect(
      connectClient({ endpoint: "http://127.0.0.1:1", ...KEYS, timeoutMs: 200 }),
    ).rejects.toMatchObject({ code: "UNREACHABLE" });
    const { endpoint } = await serve(() => {});
    await expect(connectClient({ endpoint, ...KEYS, timeoutMs: 200 })).rejects.toMatchObject({
      code: "UNREACHABLE",
      hint: expect.stringContaining("VAST_TIMEOUT_MS"),
    });
  });
});

describe("a transaction", () => {
  it("keeps an id that is larger than a number holds, and sends it with every call", async () => {
    const { client, received } = await open();
    const transaction = await client.begin();
    await createTable(transaction, AT, [text]);
    await transaction.commit();
    expect(
      received.slice(1).map(({ method, headers }) => [method, headers["tabular-txid"]]),
    ).toEqual([
      ["POST", "0"],
      ["POST", TXID],
      ["PUT", TXID],
    ]);
    expect(received[1]?.headers["content-length"]).toBe("0");
  });

  it("is rolled back when its work fails", async () => {
    const { client, calls } = await open();
    await expect(
      transact(client, async () => {
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    expect(calls()).toEqual(["POST /?transaction", "DELETE /?transaction"]);
  });

  it("runs again after a conflict, in a new transaction", async () => {
    const { client, calls } = await open((request, response, n) =>
      request.url === "/b/s/t?table" && n === 2
        ? refuse(response, 409, "Conflict")
        : void response.end(),
    );
    await transact(client, (session) => createTable(session, AT, [text]));
    expect(calls()).toEqual([
      "POST /?transaction",
      "POST /b/s/t?table",
      "DELETE /?transaction",
      "POST /?transaction",
      "POST /b/s/t?table",
      "PUT /?transaction",
    ]);
  });

  it("runs again as a whole when a connection breaks in it: an insert is never sent twice in one", async () => {
    let broken = false;
    const { client, calls } = await open((request, response) => {
      if (request.url !== "/b/s/t?rows") return void response.end();
      if (!broken) return ((broken = true), void response.destroy());
      response.end(writeRows([rowIdField(64)], [[7n]]));
    });
    expect(await transact(client, (session) => insertRows(session, AT, [text], [["x"]]))).toEqual({
      bits: 64,
      ids: [7n],
    });
    expect(calls()).toEqual([
      "POST /?transaction",
      "POST /b/s/t?rows",
      "DELETE /?transaction",
      "POST /?transaction",
      "POST /b/s/t?rows",
      "PUT /?transaction",
    ]);
  });

  it("begins anew when it has lapsed, and not when only a table is missing", async () => {
    let lapsed = true;
    const { client, calls } = await open((request, response) => {
      if (
        request.url === "/b/s/t?table" ||
        (request.url === "/?transaction" && request.method === "GET")
      ) {
        if (lapsed) {
          lapsed = request.method !== "GET";
          return refuse(response, 404, "NoSuchKey");
        }
      }
      response.end();
    });
    await transact(client, (session) => createTable(session, AT, [text]));
    expect(calls().filter((call) => call.startsWith("POST /?"))).toHaveLength(2);
    const { client: other, calls: otherCalls } = await open((request, response) =>
      request.url === "/b/s/t?table" ? refuse(response, 404, "NoSuchKey") : void response.end(),
    );
    await expect(
      transact(other, (session) => createTable(session, AT, [text])),
    ).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(otherCalls().filter((call) => call.startsWith("POST /?"))).toHaveLength(1);
  });
});

describe("a commit whose answer is lost", () => {
  /** `stillOpen`: what the server says when the transaction is to be rolled back. */
  const lost = (stillOpen: boolean): ReturnType<typeof open> =>
    open((request, response) => {
      if (request.method === "PUT") return void response.destroy();
      if (request.method === "DELETE" && !stillOpen)
        return refuse(response, 404, "NoSuchTransaction");
      response.end();
    });

  it("was not carried out when the transaction can still be rolled back", async () => {
    const { client } = await lost(true);
    await expect((await client.begin()).commit(async () => true)).rejects.toMatchObject({
      code: "UNREACHABLE",
    });
  });

  it("was when the transaction is gone and the data says so", async () => {
    const { client, calls } = await lost(false);
    await (await client.begin()).commit(async () => true);
    expect(calls()).toEqual(["POST /?transaction", "PUT /?transaction", "DELETE /?transaction"]);
  });

  it("was not when the data says so", async () => {
    const { client } = await lost(false);
    await expect((await client.begin()).commit(async () => false)).rejects.toMatchObject({
      code: "UNREACHABLE",
    });
  });

  it("is looked for before the work is done again", async () => {
    let works = 0;
    const { client } = await lost(false);
    await transact(client, async () => void works++, { wasCommitted: async () => works === 1 });
    expect(works).toBe(1);
  });
});

describe("calls", () => {
  it("are tried again after SlowDown, whatever they are", async () => {
    const { client, calls } = await open((_, response, n) =>
      n < 3 ? slowDown(response) : void response.end(),
    );
    await createTable(client.session, AT, [text]);
    expect(calls()).toEqual(Array.from({ length: 3 }, () => "POST /b/s/t?table"));
  });

  it("that change something are not tried again after a broken connection or another 503", async () => {
    for (const answer of [
      (_, response) => void response.destroy(),
      (_, response) => refuse(response, 503, "ServiceUnavailable"),
    ] satisfies Answer[]) {
      const { client, calls } = await open(answer);
      await expect(createTable(client.session, AT, [text])).rejects.toMatchObject({
        code: "UNREACHABLE",
      });
      expect(calls()).toHaveLength(1);
    }
  });

  it("are signed anew for each attempt", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    onTestFinished(() => void vi.useRealTimers());
    const minute = (n: number): Date => new Date(Date.UTC(2026, 0, 1, 0, n));
    vi.setSystemTime(minute(0));
    const { client, received } = await open((_, response, n) => {
      vi.setSystemTime(minute(n));
      return n < 3 ? slowDown(response) : void response.end();
    });
    await createTable(client.session, AT, [text]);
    const attempts = received.slice(1);
    expect(attempts.map(({ headers }) => headers["x-amz-date"])).toEqual([
      "20260101T000000Z",
      "20260101T000100Z",
      "20260101T000200Z",
    ]);
    const sign = createSigner(KEYS, "us-east-1");
    const signatures = await Promise.all(
      attempts.map(async ({ method, url, headers, body }, n) => {
        const request = { method, url: new URL(url, `http://${headers["host"]}`), body };
        expect(headers["authorization"]).toMatch(
          /^AWS4-HMAC-SHA256 Credential=AK\/\d{8}\/us-east-1\/s3\/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=[0-9a-f]{64}$/,
        );
        expect(headers["authorization"]).toBe((await sign(request, minute(n)))["authorization"]);
        return headers["authorization"];
      }),
    );
    expect(new Set(signatures).size).toBe(3);
  });

  it("understand what a proxy answers", async () => {
    const { client } = await open(
      (_, response) => void response.writeHead(502).end("<html>bad gateway"),
    );
    await expect(createTable(client.session, AT, [text])).rejects.toMatchObject({
      code: "UNREACHABLE",
      message: expect.stringContaining("HTTP 502"),
    });
  });

  it("ask for the order of a table's rows", async () => {
    const { client, received } = await open();
    const fields = [column("a", COLUMN_TYPES.utf8()), column("b", COLUMN_TYPES.utf8())];
    await createTable(client.session, AT, fields, { sortedBy: [1, 0] });
    expect(received[1]?.headers).toMatchObject({
      "tabular-sorted-column-0": "1",
      "tabular-sorted-column-1": "0",
    });
  });

  it("ask for a vector index where the version has it", async () => {
    const { client, received } = await open();
    await createTable(client.session, AT, [column("v", COLUMN_TYPES.vector(4))], {
      index: { column: "v", metric: "l2sq", searchQuantization: "none" },
    });
    expect(received[1]?.headers).toMatchObject({
      "tabular-vector-index-column": "v",
      "tabular-vector-index-distance-metric": "l2sq",
      "tabular-vector-index-search-quantization": "none",
    });
    const { endpoint } = await serve(
      (_, response) => void response.setHeader("server", "vast 5.4.0.0").end(),
    );
    await expect(
      createTable((await connectClient({ endpoint, ...KEYS })).session, AT, [], {
        index: { column: "v", metric: "ip" },
      }),
    ).rejects.toMatchObject({ code: "USAGE" });
  });
});

describe("rows", () => {
  it("are inserted in requests below 5 MiB of one batch each, and their ids come in order", async () => {
    let given = 0n;
    const { client, received } = await open((request, response) => {
      const batches = [...RecordBatchReader.from(request.body)];
      expect(batches).toHaveLength(1);
      const ids = Array.from({ length: batches[0]?.numRows ?? 0 }, () => given++);
      response.end(writeRows([rowIdField(128)], [ids.map((id) => (id << 64n) + 1n)]));
    });
    const values = Array.from({ length: 200 }, (_, i) => String(i).padEnd(100_000, "x"));
    const { bits, ids } = await insertRows(client.session, AT, [text], [values]);
    expect([bits, ids.length, ids[199]]).toEqual([128, 200, (199n << 64n) + 1n]);
    expect(received.length).toBeGreaterThan(4);
    for (const { body } of received) expect(body.length).toBeLessThan(5 * 1024 * 1024);
    const sent = received
      .slice(1)
      .flatMap(({ body }) =>
        [...RecordBatchReader.from(body)].flatMap((batch) =>
          toValues(batch.data.children[0] as never),
        ),
      );
    expect(sent).toEqual(values);
  });

  it("are updated and deleted in the order of their ids as numbers, each with its own values", async () => {
    const { client, received } = await open();
    const rows = { bits: 128, ids: [(1n << 64n) + 1n, 5n, 1n << 65n] } as const;
    await update(client.session, AT, rows, [text], [["b", "a", "c"]]);
    await remove(client.session, AT, rows);
    const columns = received
      .slice(1)
      .map(({ body }) =>
        [...RecordBatchReader.from(body)][0]?.data.children.map(toValues as never),
      );
    expect(columns).toEqual([
      [
        [5n, (1n << 64n) + 1n, 1n << 65n],
        ["a", "b", "c"],
      ],
      [[5n, (1n << 64n) + 1n, 1n << 65n]],
    ]);
    expect(received.slice(1).map(({ method, url }) => `${method} ${url}`)).toEqual([
      "PUT /b/s/t?rows",
      "DELETE /b/s/t?rows",
    ]);
  });

  it("none are no request", async () => {
    const { client, received } = await open();
    expect((await insertRows(client.session, AT, [text], [[]])).ids).toEqual([]);
    await remove(client.session, AT, { bits: 64, ids: [] });
    expect(received).toHaveLength(1);
  });
});
