import {
  type DataType,
  type Decimal,
  type Field,
  type FixedSizeList,
  type Int,
  type Time,
  type Timestamp,
  Type,
  util,
} from "apache-arrow";
import type { Builder, Offset } from "flatbuffers";
import { byteWidth, childrenOf, numberFields } from "./columns.ts";
import { finish, type Slot, writeTable, writeVector } from "./flat.ts";
import type { ColumnCondition, Filter, ColumnTerm } from "./predicate.ts";
import { decimalBytes, type Value } from "./values.ts";

const RELATION_SOURCE = 9;
const EXPRESSION = { literal: 1, fieldRef: 2, call: 3 } as const;
const REF_FIELD_INDEX = 5;

/**
 * The body of a query: Arrow Compute IR, of which the server knows one `Source` with schema,
 * projection and filter (protocol page §6, §7).
 * `fields` are those to be given back, in order, then those that only the filter uses, each once.
 */
export const writeQuery = (
  fields: readonly Field[],
  projected: number,
  filter: Filter,
): Uint8Array =>
  finish((b) => {
    const positions = numberFields(fields);
    const all = filter.map((condition) => writeCondition(b, fields, condition));
    const wanted = numberFields(fields.slice(0, projected))
      .filter(({ isLeaf }) => isLeaf)
      .map(({ position }) => writeTable(b, [["u32", position]]));
    const projection = writeVector(b, wanted);
    const where = writeCall(b, "and", all);
    const schema = writeTable(b, [
      null,
      [
        "offset",
        writeVector(
          b,
          positions
            .filter(({ path }) => path.length === 1)
            .map(({ field }) => writeField(b, field)),
        ),
      ],
      null,
      null,
    ]);
    const source = writeTable(b, [
      null,
      ["offset", b.createString("")],
      ["offset", where],
      ["offset", schema],
      ["offset", projection],
    ]);
    return writeTable(b, [
      ["u8", RELATION_SOURCE],
      ["offset", source],
    ]);
  });

/** Every top-level column that a filter uses. */
export const columnsInFilter = (filter: Filter): string[] => [
  ...new Set(filter.map(({ column }) => (typeof column === "string" ? column : (column[0] ?? "")))),
];

const writeExpression = (b: Builder, kind: number, body: Offset): Offset =>
  writeTable(b, [
    ["u8", kind],
    ["offset", body],
  ]);

const writeCall = (b: Builder, name: string, args: readonly Offset[]): Offset => {
  const list = writeVector(b, args);
  return writeExpression(
    b,
    EXPRESSION.call,
    writeTable(b, [["offset", b.createString(name)], ["offset", list], null]),
  );
};

const writeFieldRef = (b: Builder, position: number): Offset =>
  writeExpression(
    b,
    EXPRESSION.fieldRef,
    writeTable(b, [["u8", REF_FIELD_INDEX], ["offset", writeTable(b, [["u32", position]])], null]),
  );

function writeCondition(
  b: Builder,
  fields: readonly Field[],
  { column, anyOf }: ColumnCondition,
): Offset {
  const path = typeof column === "string" ? [column] : column;
  const numberedField = numberFields(fields).find(
    (numbered) =>
      numbered.path.length === path.length && numbered.path.every((name, i) => name === path[i]),
  );
  if (!numberedField) throw new RangeError(`no column ${path.join(".")} to filter by`);
  if (anyOf.length === 0) throw new RangeError(`no term for column ${path.join(".")}`);
  // A vector is named by its item.
  const position =
    numberedField.field.type.typeId === Type.FixedSizeList
      ? numberedField.position + 1
      : numberedField.position;
  return writeCall(
    b,
    "or",
    anyOf.map((term) => writeTerm(b, position, numberedField.field, term)),
  );
}

function writeTerm(b: Builder, position: number, field: Field, term: ColumnTerm): Offset {
  const column = (): Offset => writeFieldRef(b, position);
  const test = (name: string, value: Value): Offset =>
    writeCall(b, name, [column(), writeLiteral(b, field, value)]);
  switch (term.op) {
    case "is_null":
    case "is_valid":
      return writeCall(b, term.op, [column()]);
    case "between":
      return writeCall(b, "and", [test("greater_equal", term.low), test("less_equal", term.high)]);
    case "prefix": {
      const low = Buffer.from(term.value);
      if (low.length === 0) return writeCall(b, "is_valid", [column()]);
      const high = Buffer.from(low);
      high[high.length - 1] = (high.at(-1) ?? 0) + 1;
      return writeCall(b, "and", [test("greater_equal", low), test("less", high)]);
    }
    default:
      return test(term.op, term.value);
  }
}

/** Arrow's Field; literals have one without names. */
function writeField(
  b: Builder,
  { name, nullable, type }: Field,
  { named = true, as = type.typeId as number } = {},
): Offset {
  const children = childrenOf(type).map((child) =>
    writeField(b, child, { named, ...(type.typeId === Type.Map ? { as: Type.Map } : {}) }),
  );
  const list = children.length > 0 ? writeVector(b, children) : undefined;
  const body = writeType(b, type, as);
  const title = named ? b.createString(name) : undefined;
  return writeTable(b, [
    title === undefined ? null : ["offset", title],
    ["bool", nullable],
    ["u8", as],
    ["offset", body],
    null,
    list === undefined ? null : ["offset", list],
    null,
  ]);
}

function writeType(b: Builder, type: DataType, as: number): Offset {
  switch (as) {
    case Type.Int:
      return writeTable(b, [
        ["i32", (type as Int).bitWidth],
        ["bool", (type as Int).isSigned],
      ]);
    case Type.Float:
      return writeTable(b, [["i16", [2, 4, 8].indexOf(byteWidth(type) ?? 0)]]);
    case Type.Decimal:
      return writeTable(
        b,
        [
          ["i32", (type as Decimal).precision],
          ["i32", (type as Decimal).scale],
          ["i32", 128],
        ],
        { 2: 128 },
      );
    case Type.Date:
      return writeTable(b, [["i16", 0]], { 0: 1 });
    case Type.Time:
      return writeTable(
        b,
        [
          ["i16", (type as Time).unit],
          ["i32", (type as Time).bitWidth],
        ],
        { 0: 1, 1: 32 },
      );
    case Type.Timestamp: {
      const { timezone } = type as Timestamp;
      const zone = timezone ? b.createString(timezone) : undefined;
      return writeTable(b, [
        ["i16", (type as Timestamp).unit],
        zone === undefined ? null : ["offset", zone],
      ]);
    }
    case Type.FixedSizeList:
      return writeTable(b, [["i32", (type as FixedSizeList).listSize]]);
    case Type.Map:
      return writeTable(b, [["bool", false]]);
    default:
      return writeTable(b, []);
  }
}

function writeLiteral(b: Builder, field: Field, value: Value): Offset {
  const [kind, body] = writeValue(b, field, value);
  // A vector's literal is a list.
  const type = writeField(b, field, {
    named: false,
    as: field.type.typeId === Type.FixedSizeList ? Type.List : field.type.typeId,
  });
  return writeExpression(
    b,
    EXPRESSION.literal,
    writeTable(b, [
      ["u8", kind],
      ["offset", body],
      ["offset", type],
    ]),
  );
}

const INT_KINDS: Readonly<Record<number, readonly [signed: number, unsigned: number]>> = {
  1: [2, 6],
  2: [3, 7],
  4: [4, 8],
  8: [5, 9],
};

/** The kind of the value's table, and the table. */
type Literal = readonly [kind: number, body: Offset];

function writeValue(b: Builder, { type }: Field, value: Value): Literal {
  const literal = (kind: number, slot: Slot): Literal => [kind, writeTable(b, [slot])];
  switch (type.typeId) {
    case Type.Bool:
      return literal(1, ["bool", value === true]);
    case Type.Int:
      return literal(...intSlot(type as Int, value));
    case Type.Date:
      return literal(10, ["i64", BigInt(value as number)]);
    case Type.Time:
      return literal(11, ["i64", BigInt(value as bigint)]);
    case Type.Timestamp:
      return literal(12, ["i64", BigInt(value as bigint)]);
    case Type.Decimal:
      return literal(15, ["offset", b.createByteVector(decimalBytes(BigInt(value as bigint)))]);
    case Type.Float:
      return literal(...floatSlot(byteWidth(type) ?? 0, Number(value)));
    case Type.Utf8: {
      const text = typeof value === "string" ? Buffer.from(value) : (value as Uint8Array);
      return literal(22, ["offset", b.createString(text)]);
    }
    case Type.Binary:
      return literal(23, ["offset", b.createByteVector(value as Uint8Array)]);
    case Type.FixedSizeList: {
      const [item] = childrenOf(type) as [Field];
      const items = Array.from(value as ArrayLike<number>, (one) => writeItem(b, item, one));
      return literal(19, ["offset", writeVector(b, items)]);
    }
    default:
      throw new RangeError(`no predicate can be made on a column of type ${String(type)}`);
  }
}

function intSlot(type: Int, value: Value): [kind: number, slot: Slot] {
  const width = byteWidth(type) ?? 0;
  const kind = INT_KINDS[width]?.[type.isSigned ? 0 : 1] ?? 0;
  if (width === 8) return [kind, [type.isSigned ? "i64" : "u64", BigInt(value as bigint)]];
  return [kind, [`${type.isSigned ? "i" : "u"}${width * 8}` as "i32", Number(value)]];
}

function floatSlot(width: number, value: number): [kind: number, slot: Slot] {
  if (width === 2) return [16, ["u16", util.float64ToUint16(value)]];
  return width === 4 ? [17, ["f32", value]] : [18, ["f64", value]];
}

function writeItem(b: Builder, item: Field, value: Value): Offset {
  const [kind, body] = writeValue(b, item, value);
  const type = writeField(b, item, { named: false });
  return writeTable(b, [
    ["u8", kind],
    ["offset", body],
    ["offset", type],
  ]);
}
