import { isValid, type Column } from "../arrow/column.ts";
import type { Field } from "../arrow/field.ts";
import { columnOf, isDeleted, type Chunk } from "../store/chunk.ts";
import { rowIdColumn } from "../store/row-id.ts";
import type { Value } from "./literal.ts";
import { comparedField, ROW_ID_COLUMN, type Leaf, type Query, type Term } from "./request.ts";
import { scalarAt } from "./scalar.ts";

type Test = (row: number) => boolean;
/** Negative, 0 or positive; NaN where there is no order. */
type Compare = (row: number) => number;

/** The rows from `from` up to `to` of a chunk that aren't deleted and match the filter. */
export function matchingRows(
  chunk: Chunk,
  filter: Query["filter"],
  from: number,
  to: number,
): Uint32Array {
  const tests = filter.map((group) => groupTest(chunk, group));
  const rows = new Uint32Array(to - from);
  let found = 0;
  for (let row = from; row < to; row++)
    if (!isDeleted(chunk, row) && tests.every((test) => test(row))) rows[found++] = row;
  return rows.subarray(0, found);
}

/** From so many equal terms on, they are looked up in a set. */
const SET_FROM = 8;

function groupTest(chunk: Chunk, terms: readonly Term[]): Test {
  const equals = terms.flatMap((term) => (term.op === "equal" ? [term] : []));
  const [first] = equals;
  if (first === undefined || equals.length < SET_FROM)
    return any(terms.map((term) => termTest(chunk, term)));
  const { field, column, valid } = compared(chunk, first.leaf);
  const key = keyOf(field, column);
  if (key === undefined) return any(terms.map((term) => termTest(chunk, term)));
  const wanted = new Set<Value | string>(
    equals.map(({ value }) =>
      value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value,
    ),
  );
  const others = terms.filter((term) => term.op !== "equal").map((term) => termTest(chunk, term));
  return any([(row) => valid(row) && wanted.has(key(row)), ...others]);
}

const any = (tests: readonly Test[]): Test => {
  const [only] = tests;
  return tests.length === 1 && only !== undefined ? only : (row) => tests.some((test) => test(row));
};

function termTest(chunk: Chunk, term: Term): Test {
  if (term.op === "and") {
    const tests = term.terms.map((part) => termTest(chunk, part));
    return (row) => tests.every((test) => test(row));
  }
  const { field, column, valid } = compared(chunk, term.leaf);
  if (term.op === "is_null") return (row) => !valid(row);
  if (term.op === "is_valid") return valid;
  if (term.op === "match_substring") return substringTest(column, valid, term.value);
  const { op, value } = term;
  const compare = comparison(field, column, value);
  switch (op) {
    case "equal":
      return (row) => valid(row) && compare(row) === 0;
    case "not_equal":
      return (row) => valid(row) && compare(row) !== 0;
    case "less":
      return (row) => valid(row) && compare(row) < 0;
    case "less_equal":
      return (row) => valid(row) && compare(row) <= 0;
    case "greater":
      return (row) => valid(row) && compare(row) > 0;
    default:
      return (row) => valid(row) && compare(row) >= 0;
  }
}

/** The column that a leaf stands for in a chunk; a struct's field is null where the struct is. */
function compared(
  chunk: Chunk,
  leaf: Leaf,
): { readonly field: Field; readonly column: Column; readonly valid: Test } {
  const field = comparedField(leaf);
  let column =
    leaf.column.id === ROW_ID_COLUMN
      ? rowIdColumn(chunk.ids, leaf.column.field.type.kind === "decimal")
      : columnOf(chunk, leaf.column);
  let at = leaf.column.field;
  const above: Column[] = [column];
  for (const i of leaf.path) {
    if (at === field) break;
    const child = column.children[i];
    const childField = at.children[i];
    if (child === undefined || childField === undefined) break;
    column = child;
    at = childField;
    above.push(column);
  }
  const nullable = above.filter(({ validity }) => validity !== undefined);
  return {
    field,
    column,
    valid:
      nullable.length === 0 ? () => true : (row) => nullable.every((part) => isValid(part, row)),
  };
}

const buffer = ({ data }: Column): Buffer =>
  data === undefined ? Buffer.alloc(0) : Buffer.from(data.buffer, data.byteOffset, data.byteLength);

function substringTest(column: Column, valid: Test, value: Value): Test {
  const bytes = buffer(column);
  const wanted = Buffer.from(value instanceof Uint8Array ? value : []);
  return (row) =>
    valid(row) && bytes.subarray(column.offsets?.[row], column.offsets?.[row + 1]).includes(wanted);
}

/** What makes equal values equal keys; undefined for types that aren't looked up. */
function keyOf(of: Field, column: Column): ((row: number) => Value | string) | undefined {
  if (of.type.kind !== "utf8" && of.type.kind !== "binary")
    return of.type.kind === "float" ? undefined : scalarAt(of, column);
  const bytes = buffer(column);
  return (row) => bytes.toString("latin1", column.offsets?.[row], column.offsets?.[row + 1]);
}

function comparison(of: Field, column: Column, value: Value): Compare {
  if (value instanceof Uint8Array) {
    const bytes = buffer(column);
    const width = of.type.kind === "fixedBinary" ? of.type.width : 0;
    const start = (row: number): number => column.offsets?.[row] ?? row * width;
    return (row) =>
      bytes.compare(
        value,
        0,
        value.length,
        start(row),
        column.offsets?.[row + 1] ?? (row + 1) * width,
      );
  }
  const scalar = scalarAt(of, column);
  if (scalar !== undefined) return (row) => order(scalar(row), value);
  const [item] = of.children;
  const [child] = column.children;
  const element = item && child && scalarAt(item, child);
  if (element === undefined || !Array.isArray(value)) return () => Number.NaN;
  const wanted: readonly Value[] = value;
  return (row) => {
    for (const [i, part] of wanted.entries()) {
      const by = order(element(row * wanted.length + i), part);
      if (by !== 0) return by;
    }
    return 0;
  };
}

/** Below 0, 0 or above 0; NaN when the two can't be compared. */
function order(a: Value, b: Value): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return a === b ? 0 : Number.NaN;
}
