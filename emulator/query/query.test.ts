import {
  Bool,
  Field as ArrowField,
  FixedSizeList,
  Float32,
  Int32,
  Int64,
  Struct,
  Utf8,
} from "apache-arrow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { field, type Field } from "../arrow/field.ts";
import type { Rule } from "../faults.ts";
import { ref, table, u8, vector } from "../flat/writer.ts";
import {
  ALL,
  openBench,
  pagesIn,
  queryBody,
  streamOf,
  type Bench,
  type Expression,
  type PageRead,
} from "../test-table.ts";
import type { Answer } from "../test-client.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await openBench({ tuning: { rowsPerPage: 7, rowsPerBatch: 3, keepAliveEvery: 2 } });
});
afterAll(() => bench.emulator.close());

const I64: Field = field("a", { kind: "int", bits: 64, signed: true });
const TEXT: Field = field("s", { kind: "utf8" });
const ROW_ID: Field = field("$row_id", { kind: "int", bits: 64, signed: false });
const int = (value: bigint): Expression["args"][number] => ({
  kind: 5,
  slot: [0, (b, id) => b.addFieldInt64(id, value, 0n)],
});
const text = (value: string | Uint8Array): Expression["args"][number] => ({
  kind: 22,
  slot: (b) => {
    const at = b.createString(value);
    return [0, (to, id) => to.addFieldOffset(id, at, 0)];
  },
});
const where = (...terms: Expression[]): Expression => ({
  call: "and",
  args: [{ call: "or", args: terms }],
});
const call = (name: string, ...args: Expression["args"]): Expression => ({ call: name, args });

let tables = 0;
async function tableWith(columns: Parameters<typeof streamOf>[0], on = bench): Promise<string> {
  const url = `/b/s/q${tables++}`;
  const empty = Object.fromEntries(
    Object.entries(columns).map(([name, [type]]) => [name, [type, []] as const]),
  );
  expect((await on.call("POST", `${url}?table`, { body: streamOf(empty) })).status).toBe(200);
  expect((await on.call("POST", `${url}?rows`, { body: streamOf(columns) })).status).toBe(200);
  return url;
}

interface Ask {
  readonly subSplits?: number;
  readonly starts?: readonly number[];
  readonly split?: string;
  readonly limit?: number;
}
const ask = (
  url: string,
  body: Uint8Array,
  { subSplits = 1, starts, split = "0,1,8", limit }: Ask = {},
  on = bench,
): Promise<Answer> =>
  on.call("GET", `${url}?data`, {
    body,
    headers: {
      "tabular-split": split,
      "tabular-num-of-subsplits": String(subSplits),
      ...Object.fromEntries(
        (starts ?? Array.from({ length: subSplits }, () => 0)).map((start, i) => [
          `tabular-start-row-id-${i}`,
          `${i},${start}`,
        ]),
      ),
      ...(limit === undefined ? {} : { "tabular-limit-rows": String(limit) }),
    },
  });
const valuesOf = (pages: readonly PageRead[], leaf = 0): unknown[] =>
  pages.flatMap(({ columns }) => columns[leaf] ?? []);
const FINISHED = 2 ** 48 - 1;

describe("a query's pages", () => {
  const numbers = Array.from({ length: 20 }, (_, i) => BigInt(i));

  it("hold each row once, column by column, in batches, and say where to go on", async () => {
    const url = await tableWith({ a: [new Int64(), numbers] });
    const { pages, keepAlives } = pagesIn(
      (await ask(url, queryBody([ROW_ID, I64], [0, 1]))).body,
      2,
    );
    expect(valuesOf(pages, 1)).toEqual(numbers);
    expect(valuesOf(pages, 0)).toEqual(numbers);
    expect(pages.map(({ next, batches }) => [next, batches])).toEqual([
      [7, [3, 3]],
      [14, [3, 3]],
      [FINISHED, [2, 2]],
    ]);
    expect(keepAlives).toBeGreaterThan(3);
  });

  it("go on from a start, and end at the limit", async () => {
    const url = await tableWith({ a: [new Int64(), numbers] });
    const { pages } = pagesIn(
      (await ask(url, queryBody([I64], [0]), { starts: [14], limit: 4 })).body,
      1,
    );
    expect([valuesOf(pages), pages.at(-1)?.next]).toEqual([[14n, 15n, 16n, 17n], 18]);
    // A sub-split that is finished already says nothing more.
    expect(
      pagesIn((await ask(url, queryBody([I64], [0]), { starts: [FINISHED] })).body, 1).pages,
    ).toEqual([]);
  });

  it("of splits and sub-splits share the row groups out, empty ones included", async () => {
    const big = Array.from({ length: 140_000 }, (_, i) => i);
    const wide = await openBench();
    const url = await tableWith({ a: [new Int32(), big] }, wide);
    const of: Field = field("a", { kind: "int", bits: 32, signed: true });
    const found: number[] = [];
    for (const split of ["0,2,1", "1,2,1"]) {
      const { pages } = pagesIn(
        (await ask(url, queryBody([of], [0]), { split, subSplits: 2 }, wide)).body,
        1,
      );
      expect(new Set(pages.map(({ stream }) => stream))).toEqual(new Set([0, 1]));
      found.push(...valuesOf(pages).map(Number));
    }
    expect(found.toSorted((a, b) => a - b)).toEqual(big);
    await wide.emulator.close();
  });

  it("of no columns count the rows, and of no rows are empty columns", async () => {
    const url = await tableWith({ a: [new Int64(), numbers.slice(0, 3)] });
    const none = await ask(url, queryBody([], []));
    expect(none.status).toBe(200);
    const { pages } = pagesIn(
      (await ask(url, queryBody([I64], [0], where(call("equal", 0, int(99n)))))).body,
      1,
    );
    expect(pages).toEqual([{ stream: 0, next: FINISHED, columns: [[]], batches: [1] }]);
  });

  it("stay as they were when the query began, whatever its transaction does then", async () => {
    const url = await tableWith({ a: [new Int64(), numbers] });
    const tx = await bench.begin();
    const before = await bench.call("GET", `${url}?stats`, { tx });
    await bench.call("POST", `${url}?rows`, { body: streamOf({ a: [new Int64(), [77n]] }) });
    expect((await bench.call("GET", `${url}?stats`, { tx })).body).toEqual(before.body);
    expect((await bench.call("GET", `${url}?stats`)).body).not.toEqual(before.body);
  });
});

describe("a query's filter", () => {
  const rows = {
    a: [new Int64(), [1n, null, 3n, 4n]],
    s: [new Utf8(), ["ab", "b", null, "abc"]],
  } as const;
  const found = async (filter: Expression): Promise<unknown[]> => {
    const url = await tableWith(rows);
    return valuesOf(
      pagesIn((await ask(url, queryBody([ROW_ID, I64, TEXT], [0], filter))).body, 1).pages,
    ).map(Number);
  };
  const cases: readonly (readonly [what: string, filter: Expression, rows: readonly number[]])[] = [
    ["nothing", ALL, [0, 1, 2, 3]],
    ["equal", where(call("equal", 1, int(3n))), [2]],
    ["not_equal leaves nulls out", where(call("not_equal", 1, int(3n))), [0, 3]],
    ["less", where(call("less", 1, int(3n))), [0]],
    ["less_equal", where(call("less_equal", 1, int(3n))), [0, 2]],
    ["greater", where(call("greater", 1, int(3n))), [3]],
    ["greater_equal", where(call("greater_equal", 1, int(3n))), [2, 3]],
    ["is_null", where(call("is_null", 1)), [1]],
    ["is_valid", where(call("is_valid", 2)), [0, 1, 3]],
    ["or", where(call("equal", 1, int(1n)), call("is_null", 1)), [0, 1]],
    [
      "many values",
      where(...[9n, 8n, 7n, 6n, 5n, 4n, 2n, 1n, 0n].map((value) => call("equal", 1, int(value)))),
      [0, 3],
    ],
    [
      "many texts",
      where(
        ...["q", "w", "e", "r", "t", "y", "u", "abc", "b"].map((value) =>
          call("equal", 2, text(value)),
        ),
      ),
      [1, 3],
    ],
    [
      "a range of bytes that are no text",
      where(
        call(
          "and",
          call("greater_equal", 2, text("ab")),
          call("less", 2, text(Uint8Array.of(0x61, 0xff))),
        ),
      ),
      [0, 3],
    ],
    ["match_substring", where(call("match_substring", 2, text("bc"))), [3]],
    [
      "two columns",
      {
        call: "and",
        args: [
          call("or", call("greater", 1, int(1n))),
          call("or", call("match_substring", 2, text("b"))),
        ],
      },
      [3],
    ],
    [
      "row ids",
      where(call("greater", 0, { kind: 9, slot: [0, (b, id) => b.addFieldInt64(id, 2n, 0n)] })),
      [3],
    ],
  ];
  for (const [what, filter, expected] of cases)
    it(`knows ${what}`, async () => expect(await found(filter)).toEqual(expected));

  it("compares vectors as a whole and fields of structs, which are null where the struct is", async () => {
    const vectors = new FixedSizeList(2, new ArrowField("item", new Float32(), false));
    const pair = new Struct([
      new ArrowField("x", new Bool(), true),
      new ArrowField("y", new Utf8(), true),
    ]);
    const url = await tableWith({
      v: [vectors, [[1, 2], null, [1, 3]]],
      p: [pair, [{ x: true, y: null }, null, { x: false, y: "q" }]],
    });
    const list = (...values: number[]): Expression["args"][number] => ({
      kind: 19,
      slot: (b) => {
        const at = vector(
          b,
          values.map((value) =>
            table(b, 3, [
              u8(0, 17),
              ref(1, table(b, 1, [[0, (to, id) => to.addFieldFloat32(id, value, 0)]])),
            ]),
          ),
        );
        return ref(0, at);
      },
    });
    const fields: readonly Field[] = [
      ROW_ID,
      field("v", { kind: "fixedList", size: 2 }, [
        field("item", { kind: "float", bits: 32 }, [], false),
      ]),
      field("p", { kind: "struct" }, [field("x", { kind: "bool" }), field("y", { kind: "utf8" })]),
    ];
    const rowsFor = async (filter: Expression): Promise<unknown[]> =>
      valuesOf(pagesIn((await ask(url, queryBody(fields, [0], filter))).body, 1).pages).map(Number);
    expect(await rowsFor(where(call("greater", 2, list(1, 2))))).toEqual([2]);
    expect(await rowsFor(where(call("is_null", 4)))).toEqual([1]);
    expect(await rowsFor(where(call("is_null", 5)))).toEqual([0, 1]);
    expect((await ask(url, queryBody(fields, [0], where(call("is_null", 3))))).status).toBe(400);
  });

  it("of another shape is refused: mixed columns, an empty or, a call that isn't known, a literal of another type", async () => {
    const url = await tableWith(rows);
    const status = async (filter: Expression): Promise<number> =>
      (await ask(url, queryBody([I64, TEXT], [0], filter))).status;
    expect(await status(where(call("equal", 0, int(1n)), call("is_null", 1)))).toBe(400);
    expect(await status(where())).toBe(400);
    expect(await status(call("or", call("is_null", 0)))).toBe(400);
    expect(await status(where(call("like", 1, text("x"))))).toBe(400);
    expect(await status(where(call("equal", 0, text("x"))))).toBe(400);
    expect(await status(where(call("equal", 7, int(1n))))).toBe(400);
  });
});

describe("faults of a query", () => {
  const body = async (...faults: Rule[]): Promise<Buffer | Error> => {
    bench.emulator.faults.set([]);
    const url = await tableWith({ a: [new Int64(), [1n, 2n, 3n]] });
    bench.emulator.faults.set(faults);
    return ask(url, queryBody([I64], [0])).then(
      (answer) => answer.body,
      (error: Error) => error,
    );
  };

  it("cut it after so many bytes, or say in mid-stream that it failed", async () => {
    expect(await body({ kind: "cut", op: "query", bytes: 40 })).toBeInstanceOf(Error);
    expect(await body({ kind: "fail", op: "query", messages: 2 })).toBeInstanceOf(Error);
    expect(
      await body({ kind: "latency", op: "query", ms: 1 }, { kind: "close", op: "query" }),
    ).toBeInstanceOf(Buffer);
    expect(bench.emulator.faults.struck).toMatchObject({ cut: 1, fail: 1, latency: 1, close: 1 });
    bench.emulator.faults.set([]);
  });
});
