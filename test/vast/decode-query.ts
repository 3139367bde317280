import { type FlatTable, readRoot } from "../../src/backends/vast/wire/flat.ts";

/**
 * A query's body as plain data, to compare what two builders wrote: their vtables and sharing
 * differ, what they say may not.
 */
export interface DecodedQuery {
  /** Name, nullability and type of every top-level field, children included. */
  readonly schema: readonly string[];
  readonly projection: readonly number[];
  readonly filter: string;
}

const READ: Readonly<Record<number, (literal: FlatTable) => string>> = {
  1: (t) => String(t.bool(0)),
  2: (t) => String((t.u8(0) << 24) >> 24),
  3: (t) => String(t.i16(0)),
  4: (t) => String(t.i32(0)),
  5: (t) => String(t.i64(0)),
  6: (t) => String(t.u8(0)),
  7: (t) => String(t.u16(0)),
  8: (t) => String(t.u32(0)),
  9: (t) => String(t.u64(0)),
  10: (t) => String(t.i64(0)),
  11: (t) => String(t.i64(0)),
  12: (t) => String(t.i64(0)),
  15: (t) => hex(t.bytes(0)),
  16: (t) => String(t.u16(0)),
  17: (t) => String(t.f32(0)),
  18: (t) => String(t.f64(0)),
  22: (t) => hex(t.bytes(0)),
  23: (t) => hex(t.bytes(0)),
  19: (t) => `[${t.tables(0).map(literal).join(" ")}]`,
};

const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString("hex");

export function decodeQuery(bytes: Uint8Array): DecodedQuery {
  const relation = readRoot(bytes);
  if (relation.u8(0) !== 9) throw new Error(`not a Source: ${relation.u8(0)}`);
  const source = need(relation.table(1));
  if (source.string(1) !== "") throw new Error("a source has an empty name");
  return {
    schema: need(source.table(3)).tables(1).map(field),
    projection: source.tables(4).map((index) => index.u32(0)),
    filter: expression(need(source.table(2))),
  };
}

function need<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a required part is missing");
  return value;
}

function expression(node: FlatTable): string {
  const body = need(node.table(1));
  const kind = node.u8(0);
  if (kind === 1) return literal(body);
  if (kind === 2) {
    if (body.u8(0) !== 5) throw new Error(`reference of kind ${body.u8(0)}`);
    return `#${need(body.table(1)).u32(0)}`;
  }
  if (kind !== 3) throw new Error(`expression of kind ${kind}`);
  return `${body.string(0)}(${body.tables(1).map(expression).join(",")})`;
}

function literal(node: FlatTable): string {
  const read = READ[node.u8(0)];
  if (!read) throw new Error(`literal of kind ${node.u8(0)}`);
  return `(${node.u8(0)}:${read(need(node.table(1)))}:${field(need(node.table(2)))})`;
}

/**
 * Flags at their default are absent; those of types with other defaults than zero are spelt out.
 */
const TYPES: Readonly<Record<number, (type: FlatTable) => string>> = {
  2: (t) => `int${t.i32(0)}${t.bool(1) ? "" : "u"}`,
  3: (t) => `float${t.i16(0)}`,
  4: () => "binary",
  5: () => "utf8",
  6: () => "bool",
  7: (t) => `decimal(${t.i32(0)},${t.i32(1)},${t.has(2) ? t.i32(2) : 128})`,
  8: (t) => `date${t.has(0) ? t.i16(0) : 1}`,
  9: (t) => `time${t.has(0) ? t.i16(0) : 1},${t.has(1) ? t.i32(1) : 32}`,
  10: (t) => `timestamp${t.i16(0)}${t.string(1) ?? ""}`,
  12: () => "list",
  13: () => "struct",
  16: (t) => `vector${t.i32(0)}`,
  17: (t) => `map${t.bool(0) ? "sorted" : ""}`,
};

function field(node: FlatTable): string {
  const type = TYPES[node.u8(2)];
  if (!type) throw new Error(`type ${node.u8(2)}`);
  const children = node.tables(5);
  return `${node.string(0) ?? "-"}:${type(need(node.table(3)))}${node.bool(1) ? "?" : ""}${children.length > 0 ? `<${children.map(field).join(" ")}>` : ""}`;
}
