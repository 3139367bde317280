import type { Field } from "apache-arrow";
import { column, TYPES } from "../../src/backends/vast/wire/columns.ts";
import type { Value } from "../../src/backends/vast/wire/values.ts";

/**
 * A table with a column of every type that both clients know, whose cells follow from the number of
 * their row; cells.py says the same in Python's words.
 */
export const ROWS = 1000;

const SECOND = 0;
const MICROSECOND = 2;
const NANOSECOND = 3;

export const CELLS: readonly (readonly [
  name: string,
  type: Field["type"],
  cell: (row: number) => Value,
])[] = [
  ["n", TYPES.int64(), (i) => BigInt(i)],
  ["i8", TYPES.int8(), (i) => (i % 100) - 50],
  ["i16", TYPES.int16(), (i) => i - 500],
  ["i32", TYPES.int32(), (i) => -i],
  ["i64", TYPES.int64(), (i) => BigInt(i) * 10n ** 15n],
  ["u8", TYPES.uint8(), (i) => i % 256],
  ["u16", TYPES.uint16(), (i) => i * 60],
  ["u32", TYPES.uint32(), (i) => 2 ** 31 + i],
  ["u64", TYPES.uint64(), (i) => 2n ** 63n + BigInt(i)],
  ["f32", TYPES.float32(), (i) => i / 4],
  ["f64", TYPES.float64(), (i) => i / 3],
  ["text", TYPES.utf8(), (i) => `häuser ${i}`],
  ["bytes", TYPES.binary(), (i) => Uint8Array.of(i % 256, 255)],
  ["flag", TYPES.bool(), (i) => i % 3 === 0],
  ["date", TYPES.date(), (i) => i],
  ["time_s", TYPES.time(SECOND, 32), (i) => i * 60],
  ["time_us", TYPES.time(MICROSECOND, 64), (i) => BigInt(i) * 1_000_003n],
  ["ts_s", TYPES.timestamp(SECOND), (i) => 1_700_000_000n + BigInt(i)],
  ["ts_us", TYPES.timestamp(MICROSECOND), (i) => 1_700_000_000_000_000n + BigInt(i)],
  ["ts_ns", TYPES.timestamp(NANOSECOND), (i) => 1_700_000_000_000_000_001n + BigInt(i)],
  ["price", TYPES.decimal(20, 3), (i) => (BigInt(i) - 500n) * 1001n],
  [
    "list",
    TYPES.list(TYPES.int32()),
    (i) => Array.from({ length: i % 3 }, (_, k) => (k === 1 ? null : i)),
  ],
  [
    "pair",
    TYPES.struct([column("x", TYPES.int16()), column("y", TYPES.utf8())]),
    (i) => ({ x: i, y: i % 2 === 0 ? null : `y${i}` }),
  ],
  [
    "map",
    TYPES.map(TYPES.utf8(), TYPES.float64()),
    (i) => Array.from({ length: i % 3 }, (_, k) => [`k${k}`, i / 2]),
  ],
  ["vector", TYPES.vector(8), (i) => Float32Array.from({ length: 8 }, (_, k) => (i + k) / 16)],
];

export const FIELDS: readonly Field[] = CELLS.map(([name, type]) => column(name, type));

/** Every seventh cell is empty, in another row for each column; the first column never is. */
export const cellOf = (columnIndex: number, row: number): Value =>
  columnIndex > 0 && (row + columnIndex) % 7 === 3 ? null : (CELLS[columnIndex]?.[2](row) ?? null);

/** Cells as text that compares, whatever holds them. */
export const textOf = (value: Value): string =>
  JSON.stringify(value ?? null, (_, part: unknown) => {
    if (typeof part === "bigint") return `${part}n`;
    if (ArrayBuffer.isView(part)) return [...(part as Uint8Array)];
    return part ?? null;
  });
