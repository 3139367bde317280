import { Int64, Uint64 } from "apache-arrow";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { field, type Field } from "./arrow/field.ts";
import { signedRequest, type Answer } from "./test-client.ts";
import { spawnEmulator, type Spawned } from "./spawn.ts";
import { pagesIn, queryBody, streamOf } from "./test-table.ts";

const A: Field = field("a", { kind: "int", bits: 64, signed: true });
const call = (
  server: Spawned,
  method: string,
  url: string,
  tx = "0",
  body?: Uint8Array,
  more = {},
): Promise<Answer> =>
  signedRequest(
    server,
    method,
    url,
    { "tabular-txid": tx, "tabular-api-version-id": "1", ...more },
    body,
  );
const numbers = async (server: Spawned): Promise<unknown[]> =>
  pagesIn(
    (
      await call(server, "GET", "/vastdb/s/t?data", "0", queryBody([A], [0]), {
        "tabular-split": "0,1,8",
        "tabular-num-of-subsplits": "1",
        "tabular-start-row-id-0": "0,0",
      })
    ).body,
    1,
  ).pages.flatMap(({ columns }) => columns[0] ?? []);
const rows = (...values: bigint[]): Uint8Array => streamOf({ a: [new Int64(), values] });

it("with --data a killed emulator has lost nothing that was committed, and keeps nothing that was not", async () => {
  const data = mkdtempSync(join(tmpdir(), "mediasearch-emulator-"));
  onTestFinished(() => rmSync(data, { recursive: true }));
  const first = await spawnEmulator(["--data", data]);
  await call(first, "POST", "/vastdb/s?schema");
  await call(first, "POST", "/vastdb/s/t?table", "0", rows());
  const begin = async (): Promise<string> =>
    String((await call(first, "POST", "/?transaction")).headers["tabular-txid"]);
  const [one, two, three] = [await begin(), await begin(), await begin()];
  // The second commits first, so that row ids and commits are in different orders.
  await call(first, "POST", "/vastdb/s/t?rows", one, rows(1n, 2n));
  await call(first, "POST", "/vastdb/s/t?rows", two, rows(3n, 4n));
  await call(first, "POST", "/vastdb/s/t?rows", three, rows(5n));
  await call(first, "PUT", "/?transaction", two);
  await call(first, "PUT", "/?transaction", one);
  await call(first, "DELETE", "/vastdb/s/t?rows", "0", streamOf({ $row_id: [new Uint64(), [1n]] }));
  expect(await numbers(first)).toEqual([1n, 3n, 4n]);
  await first.kill();
  appendFileSync(join(data, "journal"), Buffer.from("ff000000ff00", "hex"));

  const second = await spawnEmulator(["--data", data]);
  expect(await numbers(second)).toEqual([1n, 3n, 4n]);
  expect((await call(second, "GET", "/?transaction", three)).status).toBe(404);
  expect((await call(second, "POST", "/vastdb/s/t?rows", "0", rows(6n))).status).toBe(200);
  await second.stop();

  const third = await spawnEmulator(["--data", data]);
  onTestFinished(() => third.stop());
  expect(await numbers(third)).toEqual([1n, 3n, 4n, 6n]);
});
