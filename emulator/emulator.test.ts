import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FlatTable } from "./flat/reader.ts";
import { signedRequest, type Answer } from "./test-client.ts";
import { spawnEmulator, type Spawned } from "./spawn.ts";
import { bodyOf, CAPTURED } from "./captured.ts";

let server: Spawned;
const call = (
  method: string,
  url: string,
  headers: Record<string, string> = {},
  body?: Uint8Array,
): Promise<Answer> =>
  signedRequest(
    server,
    method,
    url,
    { "tabular-api-version-id": "1", "tabular-txid": "0", ...headers },
    body,
  );

beforeAll(async () => {
  server = await spawnEmulator();
});
afterAll(() => server.stop());

describe("the emulator, asked with the bytes of the real SDK", () => {
  it("tells its version in the way that clients parse", async () => {
    const { status, headers } = await call("GET", "/?transaction", {
      "tabular-get-vast-version": "true",
    });
    expect([status, headers.server]).toEqual([200, "vast 5.5.0.10"]);
  });

  it("does all of a table's life in one transaction", async () => {
    const begun = await call("POST", "/?transaction");
    const txid = begun.headers["tabular-txid"] as string;
    expect(BigInt(txid)).toBeGreaterThan(2n ** 53n);
    const tx = { "tabular-txid": txid };
    expect((await call("POST", "/vastdb/s?schema", tx, bodyOf(CAPTURED.createSchema))).status).toBe(
      200,
    );
    expect((await call("POST", "/vastdb/s/t?table", tx, bodyOf(CAPTURED.createTable))).status).toBe(
      200,
    );
    const inserted = await call("POST", "/vastdb/s/t?rows", tx, bodyOf(CAPTURED.insert));
    expect(inserted.status).toBe(200);
    const stats = await call("GET", "/vastdb/s/t?stats", tx);
    expect(FlatTable.root(stats.body).i64(0)).toBe(2n);
    const query = {
      ...tx,
      "tabular-split": "0,1,8",
      "tabular-num-of-subsplits": "1",
      "tabular-start-row-id-0": "0,0",
    };
    const found = await call("GET", "/vastdb/s/t?data", query, bodyOf(CAPTURED.query));
    expect(found.body.subarray(0, 16).toString("hex")).toBe("ffffffff00000000ffffffffffff0000");
    expect(found.body.subarray(-4).toString("hex")).toBe("feffffff");
    expect((await call("PUT", "/vastdb/s/t?rows", tx, bodyOf(CAPTURED.update))).status).toBe(200);
    expect((await call("DELETE", "/vastdb/s/t?rows", tx, bodyOf(CAPTURED.remove))).status).toBe(
      200,
    );
    expect(FlatTable.root((await call("GET", "/vastdb/s/t?stats", tx)).body).i64(0)).toBe(1n);
    expect(
      (
        await call(
          "PUT",
          "/vastdb/s/t?table&tabular-new-table-name=s%2Ft2",
          tx,
          bodyOf("0800000004000400040000000000000000000000"),
        )
      ).status,
    ).toBe(200);
    expect((await call("DELETE", "/vastdb/s?schema", tx)).status).toBe(409);
    expect((await call("DELETE", "/vastdb/s/t2?table", tx)).status).toBe(200);
    expect((await call("DELETE", "/vastdb/s?schema", tx)).status).toBe(200);
    expect((await call("PUT", "/?transaction", tx)).status).toBe(200);
    expect((await call("PUT", "/?transaction", tx)).status).toBe(404);
  });

  it("refuses a wrong signature, a wrong key and a bucket that isn't there", async () => {
    const send = (as: Partial<Spawned>, url: string, method = "GET"): Promise<Answer> =>
      signedRequest({ ...server, ...as }, method, url, { "tabular-get-vast-version": "true" });
    expect((await send({ secretKey: "other" }, "/?transaction")).body.toString()).toContain(
      "<Code>SignatureDoesNotMatch</Code>",
    );
    expect((await send({ accessKey: "other" }, "/?transaction")).status).toBe(403);
    expect((await send({}, "/vastdb", "HEAD")).status).toBe(200);
    expect((await send({}, "/nothing", "HEAD")).status).toBe(404);
  });
});

describe("faults on demand", () => {
  it("strike the operation, as often as was said, and are counted", async () => {
    await server.setFaults([{ kind: "slowdown", op: "begin", times: 1 }]);
    const slow = await call("POST", "/?transaction");
    expect([slow.status, slow.body.toString()]).toEqual([
      503,
      expect.stringContaining("<Code>SlowDown</Code>"),
    ]);
    const { status, headers } = await call("POST", "/?transaction");
    expect(status).toBe(200);
    await server.setFaults([{ kind: "cut", op: "commit", bytes: 0 }]);
    await expect(
      call("PUT", "/?transaction", { "tabular-txid": String(headers["tabular-txid"]) }),
    ).rejects.toThrow("socket hang up");
    await server.setFaults([]);
    // The answer was lost, not the commit.
    expect(
      (await call("GET", "/?transaction", { "tabular-txid": String(headers["tabular-txid"]) }))
        .status,
    ).toBe(404);
    expect((await server.status()).struck).toMatchObject({ slowdown: 1, cut: 1 });
  });
});
