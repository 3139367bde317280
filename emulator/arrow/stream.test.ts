import {
  Binary,
  Bool,
  DateDay,
  Decimal,
  Field,
  FixedSizeList,
  Float16,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  Int8,
  List,
  makeData,
  makeTable,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Table,
  tableFromIPC,
  TimestampMicrosecond,
  Uint64,
  Utf8,
  vectorFromArray,
  type DataType,
} from "apache-arrow";
import { describe, expect, it } from "vitest";
import { concat, gather, nullCount } from "./column.ts";
import { ArrowError, readStream, writeStream } from "./stream.ts";

/** Values of many types, nulls among them, made by Apache's own library. */
const TYPED: readonly (readonly [string, DataType, readonly unknown[]])[] = [
  ["int8", new Int8(), [1, null, -3]],
  ["int16", new Int16(), [300, -300, null]],
  ["int64", new Int64(), [2n ** 60n, null, -1n]],
  ["uint64", new Uint64(), [2n ** 63n, 1n, null]],
  ["half", new Float16(), [1.5, null, -2]],
  ["float", new Float32(), [0.5, null, -0.25]],
  ["double", new Float64(), [null, 1e300, -1]],
  ["bool", new Bool(), [true, false, null]],
  ["text", new Utf8(), ["häuser", null, ""]],
  ["bytes", new Binary(), [Uint8Array.of(1, 255), null, Uint8Array.of()]],
  ["date", new DateDay(), [new Date(86_400_000), null, new Date(0)]],
  ["time", new TimestampMicrosecond(), [1000, null, 5]],
  ["list", new List(new Field("item", new Int32(), true)), [[1, null], null, []]],
  [
    "pair",
    new Struct([new Field("x", new Int8(), true), new Field("y", new Utf8(), true)]),
    [{ x: 1, y: "a" }, null, { x: null, y: "b" }],
  ],
  ["vector", new FixedSizeList(2, new Field("item", new Float32(), false)), [[1, 2], null, [3, 4]]],
  [
    "nested",
    new List(new Field("item", new FixedSizeList(2, new Field("item", new Int32(), false)), true)),
    [
      [
        [1, 2],
        [3, 4],
      ],
      null,
      [],
    ],
  ],
];

const stream = (name: string, type: DataType, values: readonly unknown[]): Uint8Array => {
  const data = vectorFromArray([...values], type).data[0];
  if (data === undefined) throw new Error("no data");
  const schema = new Schema([new Field(name, type, true)]);
  const batch = new RecordBatch(
    schema,
    makeData({
      type: new Struct(schema.fields),
      length: data.length,
      nullCount: 0,
      children: [data],
    }),
  );
  return RecordBatchStreamWriter.writeAll([batch]).toUint8Array(true);
};
const rowsOf = (bytes: Uint8Array): string[] =>
  tableFromIPC(bytes)
    .toArray()
    .map((row: unknown) =>
      JSON.stringify(row, (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value)),
    );

describe("an Arrow stream", () => {
  for (const [name, type, values] of TYPED)
    it(`of ${name} is read from Apache's writer and written for Apache's reader`, () => {
      const bytes = stream(name, type, values);
      const { schema, batches } = readStream(bytes);
      const [batch] = batches;
      const [of] = schema.fields;
      const [column] = batch?.columns ?? [];
      if (batch === undefined || of === undefined || column === undefined)
        throw new Error("nothing was read");
      expect(nullCount(column)).toBe(1);
      expect(rowsOf(writeStream(schema, batches))).toEqual(rowsOf(bytes));
      const backwards = gather(of, column, Uint32Array.of(2, 1, 0));
      const twice = writeStream(schema, [
        { length: 6, columns: [concat(of, [column, backwards])] },
      ]);
      expect(rowsOf(twice)).toEqual([...rowsOf(bytes), ...rowsOf(bytes).toReversed()]);
    });

  it("keeps decimals of 128 bits and their sign", () => {
    const type = new Decimal(2, 10, 128);
    const data = makeData({
      type,
      length: 2,
      nullCount: 0,
      data: Uint32Array.of(125, 0, 0, 0, 0xffffff83, 0xffffffff, 0xffffffff, 0xffffffff),
    });
    const schema = new Schema([new Field("price", type, true)]);
    const bytes = RecordBatchStreamWriter.writeAll([
      new RecordBatch(
        schema,
        makeData({ type: new Struct(schema.fields), length: 2, nullCount: 0, children: [data] }),
      ),
    ]).toUint8Array(true);
    const read = readStream(bytes);
    expect(read.schema.fields[0]?.type).toEqual({
      kind: "decimal",
      precision: 10,
      scale: 2,
      bits: 128,
    });
    expect(rowsOf(writeStream(read.schema, read.batches))).toEqual(rowsOf(bytes));
  });

  it("holds as many batches as were written, and a count where there are no columns", () => {
    const table = makeTable({ a: Int32Array.of(1, 2) });
    expect(
      readStream(
        RecordBatchStreamWriter.writeAll([...table.batches, ...table.batches]).toUint8Array(true),
      ).batches,
    ).toHaveLength(2);
    const none = tableFromIPC(
      writeStream({ fields: [], metadata: new Map() }, [{ length: 7, columns: [] }]),
    );
    expect([none.numRows, none.numCols]).toEqual([7, 0]);
    expect(new Table(none.schema).numRows).toBe(0);
  });

  it("that is cut, garbled or no stream at all is refused", () => {
    const bytes = stream("text", new Utf8(), ["a", "b"]);
    for (const bad of [
      bytes.subarray(0, bytes.length - 20),
      bytes.subarray(4),
      new Uint8Array(0),
      Buffer.from("not an Arrow stream, but long enough"),
    ])
      expect(() => readStream(bad)).toThrow(ArrowError);
  });
});
