import { Decimal, Dictionary, Int32, Int64, Uint64, Utf8 } from "apache-arrow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FlatTable } from "../flat/reader.ts";
import { openBench, streamOf, valuesIn, type Bench, type Columns } from "../test-table.ts";
import type { Answer } from "../test-client.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.emulator.close());

const A: Columns = { a: [new Int64(), []], s: [new Utf8(), []] };
let tables = 0;
async function newTable(headers: Record<string, string> = {}): Promise<string> {
  const url = `/b/s/t${tables++}`;
  expect((await bench.call("POST", `${url}?table`, { headers, body: streamOf(A) })).status).toBe(
    200,
  );
  return url;
}
const rows = (
  method: string,
  url: string,
  columns: Columns,
  options = {},
  tx = "0",
): Promise<Answer> => bench.call(method, `${url}?rows`, { tx, body: streamOf(columns, options) });
const ids = (...values: number[]): Columns[string] => [new Uint64(), values.map(BigInt)];
const codeOf = ({ status, body }: Answer): string =>
  `${status} ${/<Code>(\w+)/.exec(body.toString())?.[1] ?? ""}`;

describe("inserted rows", () => {
  it("get ids in their order, from 0 on, each transaction its own", async () => {
    const url = await newTable();
    expect(valuesIn((await rows("POST", url, { a: [new Int64(), [1n, 2n]] })).body)).toEqual([
      0n,
      1n,
    ]);
    const [one, two] = [await bench.begin(), await bench.begin()];
    expect(valuesIn((await rows("POST", url, { a: [new Int64(), [3n]] }, {}, one)).body)).toEqual([
      2n,
    ]);
    expect(valuesIn((await rows("POST", url, { a: [new Int64(), [3n]] }, {}, two)).body)).toEqual([
      3n,
    ]);
  });

  it("of a sorted table have ids of 128 bits whose high word counts", async () => {
    const url = await newTable({ "tabular-sorted-column-0": "1" });
    const { body } = await rows("POST", url, { a: [new Int64(), [1n]], s: [new Utf8(), ["x"]] });
    const [id] = valuesIn(body) as { readonly [i: number]: number }[];
    expect([id?.[0], id?.[2]]).toEqual([0, 1]);
  });

  const bad: readonly (readonly [
    what: string,
    code: string,
    columns: Columns,
    options?: object,
  ])[] = [
    ["in two batches", "400 InvalidArgument", { a: [new Int64(), [1n]] }, { batches: 2 }],
    [
      "as a dictionary",
      "400 TabularUnsupportedColumnType",
      { s: [new Dictionary(new Utf8(), new Int32()), ["x"]] },
    ],
    ["in another type", "400 TabularMismatchColumnType", { a: [new Int32(), [1]] }],
    [
      "without nulls where the table has them",
      "400 TabularMismatchColumnType",
      { a: [new Int64(), [1n]] },
      { nullable: false },
    ],
    ["for a column that isn't there", "404 TabularMismatchColumnName", { b: [new Int64(), [1n]] }],
    ["without columns", "501 NotImplemented", {}],
    [
      "with a cell of more than 128 KiB",
      "400 InvalidArgument",
      { s: [new Utf8(), ["x".repeat(131_073)]] },
    ],
  ];
  for (const [what, code, columns, options = {}] of bad)
    it(`${what} are refused`, async () =>
      expect(codeOf(await rows("POST", await newTable(), columns, options))).toBe(code));

  it("of more than 5 MiB are refused, and of none are fine", async () => {
    const url = await newTable();
    expect(
      codeOf(
        await rows("POST", url, {
          s: [new Utf8(), Array.from({ length: 60 }, () => "x".repeat(100_000))],
        }),
      ),
    ).toBe("400 EntityTooLarge");
    expect(valuesIn((await rows("POST", url, { a: [new Int64(), []] })).body)).toEqual([]);
  });
});

describe("updates and deletes", () => {
  const cases: readonly (readonly [
    what: string,
    method: string,
    code: string,
    columns: Columns,
  ])[] = [
    ["unsorted ids", "DELETE", "400 InvalidArgument", { $row_id: ids(1, 0) }],
    ["an id twice", "DELETE", "400 InvalidArgument", { $row_id: ids(1, 1) }],
    [
      "ids of the wrong type",
      "DELETE",
      "400 TabularMismatchColumnType",
      { $row_id: [new Int64(), [0n]] },
    ],
    ["no ids", "DELETE", "400 InvalidArgument", { a: [new Int64(), [0n]] }],
    [
      "more than ids in a delete",
      "DELETE",
      "400 InvalidArgument",
      { $row_id: ids(0), a: [new Int64(), [0n]] },
    ],
    [
      "ids that don't come first",
      "PUT",
      "400 InvalidArgument",
      { a: [new Int64(), [0n]], $row_id: ids(0) },
    ],
    ["nothing to change", "PUT", "400 InvalidArgument", { $row_id: ids(0) }],
    [
      "a value of another type",
      "PUT",
      "400 TabularMismatchColumnType",
      { $row_id: ids(0), a: [new Utf8(), ["x"]] },
    ],
  ];
  for (const [what, method, code, columns] of cases)
    it(`with ${what} are refused`, async () => {
      const url = await newTable();
      await rows("POST", url, { a: [new Int64(), [1n, 2n]] });
      expect(codeOf(await rows(method, url, columns))).toBe(code);
    });

  it("need the wide ids of a sorted table, and leave its sort key alone", async () => {
    const url = await newTable({ "tabular-sorted-column-0": "1" });
    await rows("POST", url, { a: [new Int64(), [1n]], s: [new Utf8(), ["x"]] });
    expect(codeOf(await rows("DELETE", url, { $row_id: ids(0) }))).toBe(
      "400 TabularMismatchColumnType",
    );
    const wide = (low: number, high: number): Columns[string] => [
      new Decimal(0, 38, 128),
      [Uint32Array.of(low, 0, high, 0)],
    ];
    expect(codeOf(await rows("PUT", url, { $row_id: wide(0, 1), s: [new Utf8(), ["y"]] }))).toBe(
      "400 InvalidArgument",
    );
    const count = async (): Promise<bigint> =>
      FlatTable.root((await bench.call("GET", `${url}?stats`)).body).i64(0);
    // Without its high word it is no row of this table, and unknown rows are passed over.
    expect((await rows("DELETE", url, { $row_id: wide(0, 0) })).status).toBe(200);
    expect(await count()).toBe(1n);
    expect((await rows("DELETE", url, { $row_id: wide(0, 1) })).status).toBe(200);
    expect(await count()).toBe(0n);
  });

  it("of one row by two transactions conflict at the second", async () => {
    const url = await newTable();
    await rows("POST", url, { a: [new Int64(), [1n, 2n]] });
    const [one, two] = [await bench.begin(), await bench.begin()];
    expect(
      (await rows("PUT", url, { $row_id: ids(0), a: [new Int64(), [5n]] }, {}, one)).status,
    ).toBe(200);
    expect(codeOf(await rows("DELETE", url, { $row_id: ids(0) }, {}, two))).toBe(
      "409 TabularTransactionConflict",
    );
    expect((await rows("DELETE", url, { $row_id: ids(1) }, {}, two)).status).toBe(200);
  });
});
