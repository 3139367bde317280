import type { Field } from "apache-arrow";
import { column, COLUMN_TYPES } from "../../src/backends/vast/wire/columns.ts";
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
  ["n", COLUMN_TYPES.int64(), (i) => BigInt(i)],
  ["i8", COLUMN_TYPES.int8(), (i) => (i % 100) - 50],
  ["i16", COLUMN_TYPES.int16(), (i) => i - 500],
  ["i32", COLUMN_TYPES.int32(), (i) => -i],
  ["i64", COLUMN_TYPES.int64(), (i) => BigInt(i) * 10n ** 15n],
  ["u8", COLUMN_TYPES.uint8(), (i) => i % 256],
  ["u16", COLUMN_TYPES.uint16(), (i) => i * 60],
  ["u32", COLUMN_TYPES.uint32(), (i) => 2 ** 31 + i],
  ["u64", COLUMN_TYPES.uint64(), (i) => 2n ** 63n + BigInt(i)],
  ["f32", COLUMN_TYPES.float32(), (i) => i / 4],
  ["f64", COLUMN_TYPES.float64(), (i) => i / 3],
  ["text", COLUMN_TYPES.utf8(), (i) => `häuser ${i}`],
  ["bytes", COLUMN_TYPES.binary(), (i) => Uint8Array.of(i % 256, 255)],
  ["flag", COLUMN_TYPES.bool(), (i) => i % 3 === 0],
  ["date", COLUMN_TYPES.date(), (i) => i],
  ["time_s", COLUMN_TYPES.time(SECOND, 32), (i) => i * 60],
  ["time_us", COLUMN_TYPES.time(MICROSECOND, 64), (i) => BigInt(i) * 1_000_003n],
  ["ts_s", COLUMN_TYPES.timestamp(SECOND), (i) => 1_700_000_000n + BigInt(i)],
  ["ts_us", COLUMN_TYPES.timestamp(MICROSECOND), (i) => 1_700_000_000_000_000n + BigInt(i)],
  ["ts_ns", COLUMN_TYPES.timestamp(NANOSECOND), (i) => 1_700_000_000_000_000_001n + BigInt(i)],
  ["price", COLUMN_TYPES.decimal(20, 3), (i) => (BigInt(i) - 500n) * 1001n],
  [
    "list",
    COLUMN_TYPES.list(COLUMN_TYPES.int32()),
    (i) => Array.from({ length: i % 3 }, (_, k) => (k === 1 ? null : i)),
  ],
  [
    "pair",
    COLUMN_TYPES.struct([column("x", COLUMN_TYPES.int16()), column("y", COLUMN_TYPES.utf8())]),
    (i) => ({ x: i, y: i % 2 === 0 ? null : `y${i}` }),
  ],
  [
    "map",
    COLUMN_TYPES.map(COLUMN_TYPES.utf8(), COLUMN_TYPES.float64()),
    (i) => Array.from({ length: i % 3 }, (_, k) => [`k${k}`, i / 2]),
  ],
  [
    "vector",
    COLUMN_TYPES.vector(8),
    (i) => Float32Array.from({ length: 8 }, (_, k) => (i + k) / 16),
  ],
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
