import {
  Binary,
  Bool,
  type DataType,
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
  Map_,
  Struct,
  Time,
  Timestamp,
  type TimeUnit,
  Type,
  Uint16,
  Uint32,
  Uint64,
  Uint8,
  Utf8,
} from "apache-arrow";

/**
 * Constructors of the column types that VAST stores (protocol page §9). Columns are nullable: VAST
 * has no other ones but inside vectors.
 */
export const COLUMN_TYPES = {
  int8: () => new Int8(),
  int16: () => new Int16(),
  int32: () => new Int32(),
  int64: () => new Int64(),
  uint8: () => new Uint8(),
  uint16: () => new Uint16(),
  uint32: () => new Uint32(),
  uint64: () => new Uint64(),
  float16: () => new Float16(),
  float32: () => new Float32(),
  float64: () => new Float64(),
  utf8: () => new Utf8(),
  binary: () => new Binary(),
  bool: () => new Bool(),
  date: () => new DateDay(),
  time: (unit: TimeUnit, bits: 32 | 64) => new Time(unit, bits),
  timestamp: (unit: TimeUnit, zone?: string) => new Timestamp(unit, zone),
  /** Scale is the number of digits after the point, of `precision` in all. */
  decimal: (precision: number, scale: number) => new Decimal(scale, precision, 128),
  list: (item: DataType) => new List(column("item", item)),
  struct: (fields: readonly Field[]) => new Struct([...fields]),
  map: (key: DataType, value: DataType) =>
    new Map_(
      new Field(
        "entries",
        new Struct([new Field("key", key, false), column("value", value)]),
        false,
      ) as never,
    ),
  /** A vector: items are never null (a nullable item is TabularUnsupportedColumnType). */
  vector: (dimensions: number) =>
    new FixedSizeList(dimensions, new Field("item", new Float32(), false)),
} as const;

export const column = (name: string, type: DataType): Field => new Field(name, type, true);

/**
 * The column that names rows inside a transaction. Its type is decimal128(38, 0) in sorted,
 * partitioned and vector-indexed tables.
 */
export const ROW_ID = "$row_id";
export const rowIdField = (bits: 64 | 128): Field =>
  column(ROW_ID, bits === 64 ? new Uint64() : new Decimal(0, 38, 128));

/**
 * Children of a type as VAST numbers them; a fixed-size list counts as one leaf through its item.
 */
export const childrenOf = (type: DataType): readonly Field[] =>
  (type.children ?? []) as readonly Field[];

/**
 * Positions of all fields in depth-first pre-order, by path (`["st", "p"]` = the field p of the
 * struct st).
 */
export interface Numbered {
  readonly path: readonly string[];
  readonly field: Field;
  readonly position: number;
  readonly isLeaf: boolean;
}

export function numberFields(fields: readonly Field[]): Numbered[] {
  const all: Numbered[] = [];
  const visit = (field: Field, above: readonly string[]): void => {
    const children = childrenOf(field.type);
    const path = [...above, field.name];
    all.push({ path, field, position: all.length, isLeaf: children.length === 0 });
    for (const child of children) visit(child, path);
  };
  for (const field of fields) visit(field, []);
  return all;
}

export const countLeaves = (field: Field): number => {
  const children = childrenOf(field.type);
  return children.length === 0 ? 1 : children.reduce((sum, child) => sum + countLeaves(child), 0);
};

/** Bytes of a fixed-width value; undefined for those that have offsets, bits or children. */
export function byteWidth(type: DataType): number | undefined {
  switch (type.typeId) {
    case Type.Int:
      return (type as Int8).bitWidth / 8;
    case Type.Float:
      return [2, 4, 8][(type as Float64).precision];
    case Type.Date:
      return 4;
    case Type.Time:
      return (type as Time).bitWidth / 8;
    case Type.Timestamp:
      return 8;
    case Type.Decimal:
      return 16;
    default:
      return undefined;
  }
}
