import {
  Dictionary,
  Field as ArrowField,
  FixedSizeList,
  Float32,
  Int32,
  Int64,
  LargeUtf8,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  tableFromIPC,
  TimestampMillisecond,
  Utf8,
  type DataType,
} from "apache-arrow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FlatTable } from "../flat/reader.ts";
import { namesIn, openBench, type Bench } from "../test-table.ts";
import type { Answer } from "../test-client.ts";
import type { Version } from "../http/call.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.emulator.close());

const schemaOf = (...fields: ArrowField[]): Uint8Array => {
  const schema = new Schema(fields);
  return RecordBatchStreamWriter.writeAll([
    new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length: 0 })),
  ]).toUint8Array(true);
};
const column = (name: string, type: DataType, nullable = true): ArrowField =>
  new ArrowField(name, type, nullable);
const vector = (size: number, nullable = false): FixedSizeList =>
  new FixedSizeList(size, new ArrowField("item", new Float32(), nullable));
const plain = schemaOf(column("a", new Int64()), column("s", new Utf8()), column("v", vector(3)));
const codeOf = ({ status, body }: Answer): string =>
  `${status} ${/<Code>(\w+)/.exec(body.toString())?.[1] ?? ""}`.trim();
/** Names in a list's answer; the entries stand in the last slot. */
const listed = (answer: Answer, slot: number): (string | undefined)[] =>
  FlatTable.root(answer.body)
    .tables(slot)
    .map((entry) => entry.string(0));

describe("schemas", () => {
  it("nest, are listed a page at a time by prefix or name, are renamed with all in them, and go when they are empty", async () => {
    const { call } = bench;
    for (const path of ["/b/n", "/b/n/x1", "/b/n/x2", "/b/n/y"])
      expect(codeOf(await call("POST", `${path}?schema`))).toBe("200");
    expect(codeOf(await call("POST", "/b/n?schema"))).toBe("409 TabularTransactionConflict");
    expect(codeOf(await call("POST", "/b/none/x?schema"))).toBe("404 NoSuchKey");
    const page = (headers: Record<string, string>): Promise<Answer> =>
      call("GET", "/b/n?schema", {
        headers: { "tabular-max-keys": "2", "tabular-next-key": "0", ...headers },
      });
    const first = await page({ "tabular-name-prefix": "" });
    expect([listed(first, 1), first.headers["tabular-is-truncated"]]).toEqual([
      ["x1", "x2"],
      "true",
    ]);
    const second = await page({
      "tabular-name-prefix": "",
      "tabular-next-key": String(first.headers["tabular-next-key"]),
    });
    expect([listed(second, 1), second.headers["tabular-is-truncated"]]).toEqual([["y"], "false"]);
    expect(listed(await page({ "tabular-name-exact-match": "x2" }), 1)).toEqual(["x2"]);
    expect(listed(await page({ "tabular-name-exact-match": "x" }), 1)).toEqual([]);
    expect(
      (await page({ "tabular-list-count-only": "True", "tabular-name-prefix": "x" })).headers[
        "tabular-list-count"
      ],
    ).toBe("2");
    expect(codeOf(await call("GET", "/b/none?schema"))).toBe("404 NoSuchKey");
    await call("POST", "/b/n/y/t?table", { body: plain });
    expect(codeOf(await call("PUT", "/b/n/y?schema&tabular-new-schema-name=n%2Fz"))).toBe("200");
    expect(listed(await call("GET", "/b/n/z?table"), 2)).toEqual(["t"]);
    expect(codeOf(await call("DELETE", "/b/n/z?schema"))).toBe("409 TabularSchemaNotEmpty");
  });
});

describe("tables", () => {
  let count = 0;
  const create = (
    body: Uint8Array,
    headers: Record<string, string> = {},
    on = bench,
  ): Promise<Answer> => on.call("POST", `/b/s/c${++count}?table`, { body, headers });

  const bad: readonly (readonly [what: string, code: string, field: ArrowField])[] = [
    [
      "a dictionary",
      "TabularUnsupportedColumnType",
      column("x", new Dictionary(new Utf8(), new Int32())),
    ],
    ["large text", "TabularUnsupportedColumnType", column("x", new LargeUtf8())],
    ["vectors with nulls inside", "TabularUnsupportedColumnType", column("x", vector(3, true))],
    [
      "vectors of text",
      "TabularUnsupportedColumnType",
      column("x", new FixedSizeList(2, new ArrowField("item", new Utf8(), false))),
    ],
    ["vectors of nothing", "TabularInvalidColumnTypeParam", column("x", vector(0))],
    ["a column called $row_id", "TabularInvalidColumnName", column("$row_id", new Int64())],
  ];
  for (const [what, code, field] of bad)
    it(`with ${what} are refused`, async () =>
      expect(codeOf(await create(schemaOf(field)))).toBe(`400 ${code}`));

  it("keep a vector index, with what it was made of", async () => {
    const index = {
      "tabular-vector-index-column": "v",
      "tabular-vector-index-distance-metric": "ip",
      "tabular-vector-index-cluster-quantization": "none",
    };
    expect(codeOf(await create(plain, index))).toBe("200");
    const stats = FlatTable.root((await bench.call("GET", `/b/s/c${count}?stats`)).body).table(9);
    expect([0, 1, 3, 4].map((slot) => stats?.string(slot))).toEqual([
      "v",
      "ip",
      "none",
      "scalar_8bit",
    ]);
    expect(codeOf(await create(plain, { ...index, "tabular-vector-index-column": "a" }))).toBe(
      "400 InvalidArgument",
    );
    expect(
      codeOf(await create(plain, { ...index, "tabular-vector-index-distance-metric": "cosine" })),
    ).toBe("400 InvalidArgument");
    expect(
      codeOf(
        await create(plain, {
          ...index,
          "tabular-vector-index-cluster-quantization": "scalar_8bit",
          "tabular-vector-index-search-quantization": "none",
        }),
      ),
    ).toBe("400 InvalidArgument");
  });

  it("tell by what they are sorted, from 5.5 on in the columns' metadata", async () => {
    await create(plain, { "tabular-sorted-column-0": "1", "tabular-sorted-column-1": "0" });
    const url = `/b/s/c${count}`;
    expect(namesIn((await bench.call("GET", `${url}?sorted-columns`)).body)).toEqual(["s", "a"]);
    const { fields } = tableFromIPC((await bench.call("GET", `${url}?column`)).body).schema;
    expect(
      fields.map(({ metadata }) => [
        metadata.get("VAST:sort_type"),
        metadata.get("VAST:sort_index"),
      ]),
    ).toEqual([
      ["Sorted", "1"],
      ["Sorted", "0"],
      ["Unsorted", undefined],
    ]);
    await create(plain);
    expect(codeOf(await bench.call("GET", `/b/s/c${count}?sorted-columns`))).toBe(
      "400 InvalidArgument",
    );
  });

  it("get, rename and lose columns, those of a sort key excepted", async () => {
    await create(plain, { "tabular-sorted-column-0": "0" });
    const url = `/b/s/c${count}`;
    const names = async (): Promise<string[]> =>
      namesIn((await bench.call("GET", `${url}?column`)).body);
    expect(
      codeOf(
        await bench.call("POST", `${url}?column`, { body: schemaOf(column("more", new Int64())) }),
      ),
    ).toBe("200");
    expect(
      codeOf(
        await bench.call("PUT", `${url}?column&tabular-column-name=s&tabular-new-column-name=text`),
      ),
    ).toBe("200");
    expect(
      codeOf(
        await bench.call("DELETE", `${url}?column`, { body: schemaOf(column("v", vector(3))) }),
      ),
    ).toBe("200");
    expect(await names()).toEqual(["a", "text", "more"]);
    expect(
      codeOf(
        await bench.call("DELETE", `${url}?column`, { body: schemaOf(column("a", new Int64())) }),
      ),
    ).toBe("400 InvalidArgument");
    expect(
      codeOf(
        await bench.call("POST", `${url}?column`, { body: schemaOf(column("text", new Int64())) }),
      ),
    ).toBe("409 TabularTransactionConflict");
  });

  it("are renamed into another schema", async () => {
    await bench.call("POST", "/b/s2?schema");
    await create(plain);
    expect(
      codeOf(await bench.call("PUT", `/b/s/c${count}?table&tabular-new-table-name=s2%2Fmoved`)),
    ).toBe("200");
    expect(codeOf(await bench.call("GET", `/b/s/c${count}?stats`))).toBe("404 NoSuchKey");
    expect(codeOf(await bench.call("GET", "/b/s2/moved?stats"))).toBe("200");
  });
});

describe("an older cluster", () => {
  const at = async (version: Version, run: (old: Bench) => Promise<void>): Promise<void> => {
    const old = await openBench({ version });
    await run(old);
    await old.emulator.close();
  };

  it("has no vector index and no sort metadata before 5.5, and no time zones before 5.4", () =>
    at([5, 3, 0, 1], async (old) => {
      const body = schemaOf(column("v", vector(3)), column("t", new TimestampMillisecond("UTC")));
      expect(
        codeOf(
          await old.call("POST", "/b/s/t?table", {
            body,
            headers: {
              "tabular-vector-index-column": "v",
              "tabular-vector-index-distance-metric": "l2sq",
            },
          }),
        ),
      ).toBe("501 NotImplemented");
      expect(codeOf(await old.call("POST", "/b/s/t?table", { body }))).toBe("200");
      const { fields } = tableFromIPC((await old.call("GET", "/b/s/t?column")).body).schema;
      expect(fields.map(({ metadata }) => metadata.size)).toEqual([0, 0]);
      expect(String(fields[1]?.type)).toBe("Timestamp<MILLISECOND>");
    }));
});
