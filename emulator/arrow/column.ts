import { byteWidth, type Field } from "./field.ts";

/**
 * The values of one column in Arrow's layout (https://arrow.apache.org/docs/format/Columnar.html),
 * never with an offset and each buffer aligned to 8 bytes. Immutable once made: snapshots share
 * them.
 */
export interface Column {
  readonly length: number;
  /** One bit for each row, 1 = has a value; undefined = no nulls. */
  readonly validity: Uint8Array | undefined;
  /** `length + 1` positions into `data` (text, bytes) or the child (lists, maps). */
  readonly offsets: Int32Array | undefined;
  readonly data: Uint8Array | undefined;
  readonly children: readonly Column[];
}

export const bitmapBytes = (bits: number): number => (bits + 7) >> 3;
export const bitAt = (bitmap: Uint8Array, i: number): boolean =>
  (((bitmap[i >> 3] ?? 0) >> (i & 7)) & 1) === 1;
const setBit = (bitmap: Uint8Array, i: number): void =>
  void (bitmap[i >> 3] = (bitmap[i >> 3] ?? 0) | (1 << (i & 7)));
export const isValid = (column: Column, i: number): boolean =>
  column.validity === undefined || bitAt(column.validity, i);

export function nullCount({ validity, length }: Column): number {
  if (validity === undefined) return 0;
  let valid = 0;
  for (let i = 0; i < length; i++) if (bitAt(validity, i)) valid++;
  return length - valid;
}

/** A byte array of its own that begins at a multiple of 8 in its buffer. */
export const own = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes);

/** How many rows a child holds for this number of rows of its parent. */
export function childLength(of: Field, column: Pick<Column, "length" | "offsets">): number {
  if (of.type.kind === "struct") return column.length;
  if (of.type.kind === "fixedList") return column.length * of.type.size;
  return column.offsets?.[column.length] ?? 0;
}

const hasOffsets = (of: Field): boolean => ["utf8", "binary", "list", "map"].includes(of.type.kind);
export const isText = (of: Field): boolean => of.type.kind === "utf8" || of.type.kind === "binary";

/** A column of `length` nulls. */
export function nulls(of: Field, length: number): Column {
  const width = byteWidth(of.type);
  const bytes = of.type.kind === "bool" ? bitmapBytes(length) : (width ?? 0) * length;
  const offsets = hasOffsets(of) ? new Int32Array(length + 1) : undefined;
  return {
    length,
    validity: of.nullable ? new Uint8Array(bitmapBytes(length)) : undefined,
    offsets,
    data:
      width !== undefined || of.type.kind === "bool" || isText(of)
        ? new Uint8Array(bytes)
        : undefined,
    children: of.children.map((child) => nulls(child, childLength(of, { length, offsets }))),
  };
}

/** Takes the rows `rows` of a column, in that order. A row may repeat. */
export function gather(of: Field, from: Column, rows: Uint32Array): Column {
  const length = rows.length;
  const validity = gatherBits(from.validity, rows);
  const base = { length, validity };
  if (of.type.kind === "bool")
    return { ...base, offsets: undefined, data: gatherBits(from.data, rows), children: [] };
  const width = byteWidth(of.type);
  if (width !== undefined)
    return {
      ...base,
      offsets: undefined,
      data: gatherFixed(from.data ?? new Uint8Array(0), width, rows),
      children: [],
    };
  if (of.type.kind === "struct")
    return {
      ...base,
      offsets: undefined,
      data: undefined,
      children: of.children.map((child, i) =>
        gather(child, from.children[i] ?? nulls(child, from.length), rows),
      ),
    };
  if (of.type.kind === "fixedList") return gatherFixedList(of, of.type.size, from, rows, validity);
  return gatherRanges(of, from, rows, validity);
}

function gatherBits(bitmap: Uint8Array | undefined, rows: Uint32Array): Uint8Array | undefined {
  if (bitmap === undefined) return undefined;
  const bits = new Uint8Array(bitmapBytes(rows.length));
  for (let i = 0; i < rows.length; i++) if (bitAt(bitmap, rows[i] ?? 0)) setBit(bits, i);
  return bits;
}

function gatherFixed(data: Uint8Array, width: number, rows: Uint32Array): Uint8Array {
  const out = new Uint8Array(width * rows.length);
  if (width === 8 && data.byteOffset % 8 === 0) {
    const source = new Float64Array(data.buffer, data.byteOffset, data.length >> 3);
    const words = new Float64Array(out.buffer);
    for (let i = 0; i < rows.length; i++) words[i] = source[rows[i] ?? 0] ?? 0;
    return out;
  }
  // Runs of neighbours are copied as one.
  for (let i = 0; i < rows.length;) {
    const first = rows[i] ?? 0;
    let run = 1;
    while (rows[i + run] === first + run) run++;
    out.set(data.subarray(first * width, (first + run) * width), i * width);
    i += run;
  }
  return out;
}

function gatherFixedList(
  of: Field,
  size: number,
  from: Column,
  rows: Uint32Array,
  validity: Uint8Array | undefined,
): Column {
  const [item] = of.children;
  const [child] = from.children;
  if (item === undefined || child === undefined)
    throw new TypeError("a fixed-size list without its item");
  const width = byteWidth(item.type);
  const inner =
    width !== undefined && child.validity === undefined
      ? {
          length: rows.length * size,
          validity: undefined,
          offsets: undefined,
          data: gatherFixed(child.data ?? new Uint8Array(0), width * size, rows),
          children: [],
        }
      : gather(
          item,
          child,
          expand(rows, (row) => [row * size, (row + 1) * size], rows.length * size),
        );
  return { length: rows.length, validity, offsets: undefined, data: undefined, children: [inner] };
}

function gatherRanges(
  of: Field,
  from: Column,
  rows: Uint32Array,
  validity: Uint8Array | undefined,
): Column {
  const source = from.offsets ?? new Int32Array(from.length + 1);
  const offsets = new Int32Array(rows.length + 1);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] ?? 0;
    offsets[i + 1] = (offsets[i] ?? 0) + (source[row + 1] ?? 0) - (source[row] ?? 0);
  }
  const total = offsets[rows.length] ?? 0;
  if (isText(of)) {
    const data = new Uint8Array(total);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] ?? 0;
      data.set((from.data ?? data).subarray(source[row] ?? 0, source[row + 1] ?? 0), offsets[i]);
    }
    return { length: rows.length, validity, offsets, data, children: [] };
  }
  const inner = expand(rows, (row) => [source[row] ?? 0, source[row + 1] ?? 0], total);
  return {
    length: rows.length,
    validity,
    offsets,
    data: undefined,
    children: of.children.map((child, i) =>
      gather(child, from.children[i] ?? nulls(child, 0), inner),
    ),
  };
}

/** The rows of a child that belong to these rows of its parent. */
function expand(
  rows: Uint32Array,
  range: (row: number) => [number, number],
  total: number,
): Uint32Array {
  const inner = new Uint32Array(total);
  let at = 0;
  for (const row of rows) {
    const [from, to] = range(row);
    for (let i = from; i < to; i++) inner[at++] = i;
  }
  return inner;
}

/** Columns of one field, one after the other. */
export function concat(of: Field, parts: readonly Column[]): Column {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const base = {
    length,
    validity: parts.some((part) => part.validity !== undefined)
      ? concatBits(parts, (part) => part.validity, length)
      : undefined,
  };
  if (of.type.kind === "bool")
    return {
      ...base,
      offsets: undefined,
      data: concatBits(parts, (part) => part.data, length),
      children: [],
    };
  const children = of.children.map((child, i) =>
    concat(
      child,
      parts.map((part) => part.children[i] ?? nulls(child, childLength(of, part))),
    ),
  );
  if (!hasOffsets(of))
    return {
      ...base,
      offsets: undefined,
      data:
        byteWidth(of.type) === undefined
          ? undefined
          : concatBytes(parts.map((part) => part.data ?? new Uint8Array(0))),
      children,
    };
  const offsets = new Int32Array(length + 1);
  let row = 0;
  for (const part of parts) {
    const start = offsets[row] ?? 0;
    for (let i = 1; i <= part.length; i++) offsets[row + i] = start + (part.offsets?.[i] ?? 0);
    row += part.length;
  }
  return {
    ...base,
    offsets,
    data: isText(of)
      ? concatBytes(
          parts.map((part) =>
            (part.data ?? new Uint8Array(0)).subarray(0, part.offsets?.[part.length] ?? 0),
          ),
        )
      : undefined,
    children,
  };
}

function concatBits(
  parts: readonly Column[],
  of: (part: Column) => Uint8Array | undefined,
  length: number,
): Uint8Array {
  const bits = new Uint8Array(bitmapBytes(length));
  let at = 0;
  for (const part of parts) {
    const source = of(part);
    for (let i = 0; i < part.length; i++)
      if (source === undefined || bitAt(source, i)) setBit(bits, at + i);
    at += part.length;
  }
  return bits;
}

function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export const sizeInBytes = (column: Column): number =>
  (column.validity?.length ?? 0) +
  (column.offsets?.byteLength ?? 0) +
  (column.data?.length ?? 0) +
  column.children.reduce((sum, child) => sum + sizeInBytes(child), 0);
