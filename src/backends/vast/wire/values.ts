import {
  type Data,
  type DataType,
  type Field,
  type FixedSizeList,
  type Float64,
  type Int8,
  makeData,
  Type,
  util,
} from "apache-arrow";
import { byteWidth, childrenOf } from "./columns.ts";

/**
 * A value of a cell as this client has it: numbers; bigint for 64-bit integers, timestamps, 64-bit
 * times (in the column's unit) and unscaled decimals; days for dates; Uint8Array for binary;
 * Float32Array for vectors of float32; arrays, plain objects and [key, value] lists for nested
 * ones.
 */
export type Value =
  | null
  | undefined
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Float32Array
  | readonly Value[]
  | { readonly [name: string]: Value };

/** Makes one Arrow column of JavaScript values; null and undefined become null. */
export function toData(type: DataType, values: readonly Value[]): Data {
  const length = values.length;
  const nulls = values.reduce<number>(
    (count, value) => count + (value === null || value === undefined ? 1 : 0),
    0,
  );
  const common = {
    type,
    length,
    nullCount: nulls,
    ...(nulls === 0
      ? {}
      : { nullBitmap: bitmap(values, (value) => value !== null && value !== undefined) }),
  };
  switch (type.typeId) {
    case Type.Utf8:
    case Type.Binary:
      return makeArrowData({ ...common, ...variable(values) });
    case Type.Bool:
      return makeArrowData({ ...common, data: bitmap(values, (value) => value === true) });
    case Type.List:
    case Type.Map:
      return makeArrowData({ ...common, ...lists(type, values) });
    case Type.Struct:
      return makeArrowData({
        ...common,
        children: childrenOf(type).map((child) =>
          toData(
            child.type,
            values.map(
              (value) => (value as Record<string, Value> | null | undefined)?.[child.name],
            ),
          ),
        ),
      });
    case Type.FixedSizeList:
      return makeArrowData({ ...common, child: items(type as FixedSizeList, values) });
    default:
      return makeArrowData({ ...common, data: fixed(type, values) });
  }
}

/** makeData's types can't follow a type that is known at run time only. */
const makeArrowData = (parts: object): Data => makeData(parts as never);

function bitmap(values: readonly Value[], isSet: (value: Value) => boolean): Uint8Array {
  const bits = new Uint8Array(Math.ceil(values.length / 64) * 8);
  values.forEach((value, i) => {
    if (isSet(value)) bits[i >> 3] = (bits[i >> 3] ?? 0) | (1 << (i & 7));
  });
  return bits;
}

function variable(values: readonly Value[]): {
  readonly valueOffsets: Int32Array;
  readonly data: Uint8Array;
} {
  const parts = values.map((value) => {
    if (typeof value === "string") return Buffer.from(value);
    return value instanceof Uint8Array ? value : Buffer.alloc(0);
  });
  return { valueOffsets: offsetsOf(parts), data: Buffer.concat(parts) };
}

function offsetsOf(parts: readonly { readonly length: number }[]): Int32Array {
  const offsets = new Int32Array(parts.length + 1);
  parts.forEach(({ length }, i) => {
    offsets[i + 1] = (offsets[i] ?? 0) + length;
  });
  return offsets;
}

function lists(
  type: DataType,
  values: readonly Value[],
): { readonly valueOffsets: Int32Array; readonly child: Data } {
  const parts = values.map((value) => (Array.isArray(value) ? (value as readonly Value[]) : []));
  const [child] = childrenOf(type);
  const flat = parts.flat() as Value[];
  const entries =
    type.typeId === Type.Map
      ? parts.flatMap((list) =>
          list.map((pair) => ({ key: (pair as Value[])[0], value: (pair as Value[])[1] })),
        )
      : flat;
  return { valueOffsets: offsetsOf(parts), child: toData((child as Field).type, entries) };
}

function items(type: FixedSizeList, values: readonly Value[]): Data {
  const [child] = childrenOf(type) as [Field];
  const size = type.listSize;
  for (const value of values)
    if (value !== null && value !== undefined && (value as ArrayLike<number>).length !== size)
      throw new RangeError(
        `a vector of ${(value as ArrayLike<number>).length} values in a column of ${size}`,
      );
  if (child.type.typeId !== Type.Float || byteWidth(child.type) !== 4)
    return toData(
      child.type,
      values.flatMap((value) =>
        value ? Array.from(value as ArrayLike<number>) : Array.from({ length: size }, () => 0),
      ),
    );
  const flat = new Float32Array(values.length * size);
  values.forEach((value, i) => {
    if (value) flat.set(value as ArrayLike<number>, i * size);
  });
  return makeArrowData({ type: child.type, length: flat.length, nullCount: 0, data: flat });
}

type Numbers =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;
type Bigints = BigInt64Array | BigUint64Array;

function emptyArray(type: DataType, length: number): Numbers | Bigints {
  const width = byteWidth(type) ?? 0;
  if (type.typeId === Type.Float)
    return new (
      [Uint16Array, Float32Array, Float64Array][(type as Float64).precision] ?? Float64Array
    )(length);
  const unsigned = type.typeId === Type.Int && !(type as Int8).isSigned;
  if (width === 8) return new (unsigned ? BigUint64Array : BigInt64Array)(length);
  if (width === 1) return new (unsigned ? Uint8Array : Int8Array)(length);
  if (width === 2) return new (unsigned ? Uint16Array : Int16Array)(length);
  return new (unsigned ? Uint32Array : Int32Array)(length);
}

function fixed(type: DataType, values: readonly Value[]): Numbers | Bigints {
  if (type.typeId === Type.Decimal) return decimals(values);
  const array = emptyArray(type, values.length);
  const isHalf = type.typeId === Type.Float && byteWidth(type) === 2;
  values.forEach((value, i) => {
    if (value === null || value === undefined) return;
    if (array instanceof BigInt64Array || array instanceof BigUint64Array)
      array[i] = BigInt(value as bigint);
    else array[i] = isHalf ? util.float64ToUint16(Number(value)) : Number(value);
  });
  return array;
}

const LOW = (1n << 64n) - 1n;

/** 128-bit two's complement, little endian. */
function decimals(values: readonly Value[]): Uint32Array {
  const words = new BigUint64Array(values.length * 2);
  values.forEach((value, i) => {
    const bits = BigInt.asUintN(128, BigInt((value ?? 0n) as bigint));
    words[i * 2] = bits & LOW;
    words[i * 2 + 1] = bits >> 64n;
  });
  return new Uint32Array(words.buffer);
}

export const decimalBytes = (value: bigint): Uint8Array => new Uint8Array(decimals([value]).buffer);

/**
 * Reads the cells of a column as JavaScript values. They are exact where Arrow's own getters round
 * (timestamps, decimals).
 */
export function toValues(data: Data): Value[] {
  const read = reader(data);
  return Array.from({ length: data.length }, (_, i) => (isValid(data, i) ? read(i) : null));
}

export const isValid = (data: Data, i: number): boolean => {
  if (data.nullCount === 0 || data.nullBitmap.length === 0) return true;
  const at = data.offset + i;
  return ((data.nullBitmap[at >> 3] ?? 0) & (1 << (at & 7))) !== 0;
};

const valueDecoder = new TextDecoder();

function reader(data: Data): (i: number) => Value {
  const { type, values, valueOffsets, children } = data;
  switch (type.typeId) {
    case Type.Utf8:
      return (i) =>
        valueDecoder.decode((values as Uint8Array).subarray(valueOffsets[i], valueOffsets[i + 1]));
    case Type.Binary:
      return (i) => (values as Uint8Array).slice(valueOffsets[i], valueOffsets[i + 1]);
    case Type.Bool:
      return (i) =>
        (((values as Uint8Array)[(data.offset + i) >> 3] ?? 0) & (1 << ((data.offset + i) & 7))) !==
        0;
    case Type.Decimal:
      return decimalReader(values as Uint32Array);
    case Type.List:
    case Type.Map:
      return listReader(data);
    case Type.Struct: {
      const columns = childrenOf(type).map(
        (child, i) => [child.name, toValues(children[i] as Data)] as const,
      );
      return (i) => Object.fromEntries(columns.map(([name, column]) => [name, column[i]])) as Value;
    }
    case Type.FixedSizeList: {
      const size = (type as FixedSizeList).listSize;
      const [child] = children as [Data];
      if (child.values instanceof Float32Array)
        return (i) => (child.values as Float32Array).slice(i * size, (i + 1) * size);
      const all = toValues(child);
      return (i) => all.slice(i * size, (i + 1) * size);
    }
    default:
      return type.typeId === Type.Float && byteWidth(type) === 2
        ? (i) => util.uint16ToFloat64((values as Uint16Array)[i] ?? 0)
        : (i) => (values as Numbers)[i];
  }
}

function decimalReader(words: Uint32Array): (i: number) => Value {
  const word = (at: number): bigint => BigInt(words[at] ?? 0);
  return (i) =>
    BigInt.asIntN(
      128,
      word(i * 4) | (word(i * 4 + 1) << 32n) | (word(i * 4 + 2) << 64n) | (word(i * 4 + 3) << 96n),
    );
}

function listReader({ type, valueOffsets, children }: Data): (i: number) => Value {
  const all = toValues(children[0] as Data);
  return (i) => {
    const list = all.slice(valueOffsets[i], valueOffsets[i + 1]);
    return type.typeId === Type.Map
      ? list.map((entry) => Object.values(entry as Record<string, Value>))
      : list;
  };
}
