import { type Field, RecordBatchReader } from "apache-arrow";
import { describe, expect, it } from "vitest";
import { joinData } from "./assemble.ts";
import { column, COLUMN_TYPES } from "./columns.ts";
import { readSchema, writeRows, writeSchema } from "./ipc.ts";
import { toValues, type Value } from "./values.ts";

const COLUMNS: readonly (readonly [name: string, type: Field["type"], values: readonly Value[]])[] =
  [
    ["int8", COLUMN_TYPES.int8(), [-128, null, 127]],
    ["int16", COLUMN_TYPES.int16(), [-32_768, 0, null]],
    ["int32", COLUMN_TYPES.int32(), [null, -2_147_483_648, 5]],
    ["int64", COLUMN_TYPES.int64(), [-9_007_199_254_740_993n, null, 1n]],
    ["uint8", COLUMN_TYPES.uint8(), [255, 0, null]],
    ["uint16", COLUMN_TYPES.uint16(), [65_535, 1, null]],
    ["uint32", COLUMN_TYPES.uint32(), [4_294_967_295, null, 0]],
    ["uint64", COLUMN_TYPES.uint64(), [18_446_744_073_709_551_615n, null, 0n]],
    ["float16", COLUMN_TYPES.float16(), [1.5, null, -0.25]],
    ["float32", COLUMN_TYPES.float32(), [1.5, null, -0.25]],
    ["float64", COLUMN_TYPES.float64(), [0.1, null, Number.MAX_VALUE]],
    ["bool", COLUMN_TYPES.bool(), [true, null, false]],
    ["utf8", COLUMN_TYPES.utf8(), ["Ünïcode 🌉", null, ""]],
    ["binary", COLUMN_TYPES.binary(), [Uint8Array.of(0, 255), null, Uint8Array.of()]],
    ["date", COLUMN_TYPES.date(), [19_724, null, -1]],
    ["time of 32 bits", COLUMN_TYPES.time(1, 32), [1, null, 86_399_999]],
    ["time of 64 bits", COLUMN_TYPES.time(3, 64), [1n, null, 86_399_999_999_999n]],
    ["timestamp", COLUMN_TYPES.timestamp(3), [1_704_164_645_000_006_789n, null, -1n]],
    ["timestamp with zone", COLUMN_TYPES.timestamp(0, "Europe/Berlin"), [1n, null, 2n]],
    ["decimal", COLUMN_TYPES.decimal(38, 4), [-123_456_789_012_345_678_901_234_567n, null, 1n]],
    ["vector", COLUMN_TYPES.vector(2), [Float32Array.of(1, -2), null, Float32Array.of(0.5, 0)]],
    ["list", COLUMN_TYPES.list(COLUMN_TYPES.utf8()), [["a", null], null, []]],
    [
      "list of vectors",
      COLUMN_TYPES.list(COLUMN_TYPES.vector(1)),
      [[Float32Array.of(3)], null, []],
    ],
    [
      "struct",
      COLUMN_TYPES.struct([
        column("x", COLUMN_TYPES.int32()),
        column("y", COLUMN_TYPES.list(COLUMN_TYPES.int64())),
      ]),
      [{ x: 1, y: [2n] }, null, { x: null, y: null }],
    ],
    [
      "map",
      COLUMN_TYPES.map(COLUMN_TYPES.utf8(), COLUMN_TYPES.float64()),
      [
        [
          ["k", 1.5],
          ["l", null],
        ],
        null,
        [],
      ],
    ],
  ];

describe("a column of", () => {
  for (const [name, type, values] of COLUMNS)
    it(`${name} comes back as it was written, in one batch`, () => {
      const batches = [...RecordBatchReader.from(writeRows([column(name, type)], [values]))];
      expect(batches.length).toBe(1);
      expect(toValues(batches[0]?.data.children[0] as never)).toEqual(values);
    });

  for (const [name, type, values] of COLUMNS)
    it(`${name} is the same out of several batches`, () => {
      const long = Array.from({ length: 5 }, () => values).flat();
      const cuts = [0, 1, 1, 7, 10, long.length];
      const pieces = cuts
        .slice(1)
        .map((to, i) =>
          [
            ...RecordBatchReader.from(writeRows([column(name, type)], [long.slice(cuts[i], to)])),
          ].flatMap((batch) => batch.data.children[0] ?? []),
        );
      expect(toValues(joinData(pieces.flat() as never))).toEqual(long);
    });
});

describe("a schema", () => {
  it("is written with nullable columns, vectors with items that are not", () => {
    const [vector, list] = readSchema(
      writeSchema([
        column("vector", COLUMN_TYPES.vector(3)),
        column("list", COLUMN_TYPES.list(COLUMN_TYPES.int8())),
      ]),
    ).fields;
    expect([
      vector?.nullable,
      vector?.type.children[0]?.nullable,
      list?.nullable,
      list?.type.children[0]?.nullable,
    ]).toEqual([true, false, true, true]);
  });

  it("a vector of another length is refused", () => {
    expect(() => writeRows([column("v", COLUMN_TYPES.vector(3))], [[Float32Array.of(1)]])).toThrow(
      "1 values in a column of 3",
    );
  });
});
