import { readSchema } from "../arrow/schema.ts";
import type { Field } from "../arrow/field.ts";
import { badRequest, TabularError } from "../errors.ts";
import { FlatTable } from "../flat/reader.ts";
import { ROW_ID, rowIdField } from "../store/row-id.ts";
import { wideIds, type Table } from "../store/table.ts";
import type { TableColumn } from "../store/chunk.ts";
import { readLiteral, type Value } from "./literal.ts";

/** A leaf of a column: `path` are the indices of children on the way to it. */
export interface Leaf {
  readonly column: TableColumn;
  readonly path: readonly number[];
}

/** The id of the virtual column `$row_id`. */
export const ROW_ID_COLUMN = -1;

export const COMPARISONS = [
  "equal",
  "not_equal",
  "less",
  "less_equal",
  "greater",
  "greater_equal",
] as const;
export type Comparison = (typeof COMPARISONS)[number];

export type Term =
  | { readonly op: Comparison; readonly leaf: Leaf; readonly value: Value }
  | { readonly op: "match_substring"; readonly leaf: Leaf; readonly value: Value }
  | { readonly op: "is_null"; readonly leaf: Leaf }
  | { readonly op: "is_valid"; readonly leaf: Leaf }
  /** Ranges, as BETWEEN and prefixes make them. */
  | { readonly op: "and"; readonly terms: readonly Term[]; readonly leaf: Leaf };

export interface Query {
  readonly projection: readonly Leaf[];
  /** All of the groups must match; of each group one term. */
  readonly filter: readonly (readonly Term[])[];
}

const SOURCE = 9;
const LITERAL = 1;
const FIELD_REF = 2;
const CALL = 3;
const FIELD_INDEX = 5;

/** Reads a query's body: an Arrow compute IR relation with one source. @throws TabularError 400 */
export function readQuery(body: Uint8Array, table: Table): Query {
  try {
    const root = FlatTable.root(body);
    const source = root.table(1);
    const schema = source?.table(3);
    const filter = source?.table(2);
    if (root.u8(0) !== SOURCE || source === undefined || schema === undefined)
      throw badRequest("a query is a relation with one source and its schema");
    if (source.string(1) === undefined) throw badRequest("the source has no name");
    if (filter === undefined) throw badRequest("a query needs a filter, be it and()");
    const leaves = positions(readSchema(schema).fields, table);
    const leafAt = (position: number): Leaf => {
      const leaf = leaves[position];
      if (leaf === undefined) throw badRequest(`position ${position} is no leaf of the schema`);
      return leaf;
    };
    return {
      projection: source.tables(4).map((index) => leafAt(index.u32(0))),
      filter: readFilter(filter, leafAt),
    };
  } catch (error) {
    if (error instanceof RangeError) throw badRequest("the query is no FlatBuffers table");
    throw error;
  }
}

/**
 * What stands at each position of the request's schema, counted depth first; undefined where a node
 * has children.
 */
function positions(fields: readonly Field[], table: Table): readonly (Leaf | undefined)[] {
  const all: (Leaf | undefined)[] = [];
  for (const asked of fields) {
    const column =
      asked.name === ROW_ID
        ? { id: ROW_ID_COLUMN, field: rowIdField(wideIds(table)) }
        : table.columns.find(({ field }) => field.name === asked.name);
    if (column === undefined)
      throw new TabularError(404, "TabularNoSuchColumn", `there is no column ${asked.name}`);
    const visit = (wanted: Field, stored: Field | undefined, path: readonly number[]): void => {
      if (stored === undefined || wanted.children.length !== stored.children.length)
        throw badRequest(
          `column ${asked.name} is asked for in another shape than it has`,
          "TabularMismatchColumnType",
        );
      if (stored.children.length === 0 && wanted.type.kind !== stored.type.kind)
        throw badRequest(
          `column ${asked.name} is ${stored.type.kind}, not ${wanted.type.kind}`,
          "TabularMismatchColumnType",
        );
      all.push(stored.children.length === 0 ? { column, path } : undefined);
      wanted.children.forEach((child, i) => visit(child, stored.children[i], [...path, i]));
    };
    visit(asked, column.field, []);
  }
  return all;
}

interface FunctionCall {
  readonly name: string;
  readonly args: readonly FlatTable[];
}

function readCall(expression: FlatTable): FunctionCall {
  const call = expression.table(1);
  if (expression.u8(0) !== CALL || call === undefined)
    throw badRequest("a filter is made of calls");
  return { name: call.string(0) ?? "", args: call.tables(1) };
}

function readFilter(expression: FlatTable, leafAt: (position: number) => Leaf): Query["filter"] {
  const { name, args } = readCall(expression);
  if (name !== "and") throw badRequest(`a filter is and(or(…), …), not ${name}`);
  return args.map((group) => {
    const { name: or, args: terms } = readCall(group);
    if (or !== "or" || terms.length === 0)
      throw badRequest(`a filter is and(or(…), …), with a term in each or, not ${or}`);
    const read = terms.map((term) => readTerm(term, leafAt));
    if (new Set(read.map(({ leaf }) => leaf)).size > 1)
      throw badRequest("the terms of an or must use one column");
    return read;
  });
}

function readTerm(expression: FlatTable, leafAt: (position: number) => Leaf): Term {
  const { name, args } = readCall(expression);
  const [first, second] = args;
  if (name === "and") {
    const terms = args.map((term) => readTerm(term, leafAt));
    const [range] = terms;
    if (range === undefined || terms.some(({ leaf }) => leaf !== range.leaf))
      throw badRequest("the terms of a range must use one column");
    return { op: "and", terms, leaf: range.leaf };
  }
  const leaf = readColumn(first, leafAt);
  if (name === "is_null") return { op: name, leaf };
  if (name === "is_valid") return { op: name, leaf };
  const op = name === "match_substring" ? name : COMPARISONS.find((known) => known === name);
  if (op === undefined) throw badRequest(`there is no function ${name}`);
  if (second?.u8(0) !== LITERAL) throw badRequest(`${name} compares a column with a literal`);
  const value = readLiteral(second.table(1), comparedField(leaf));
  if (op === "match_substring" && comparedField(leaf).type.kind !== "utf8")
    throw badRequest("match_substring is for text");
  return { op, leaf, value };
}

function readColumn(expression: FlatTable | undefined, leafAt: (position: number) => Leaf): Leaf {
  const ref = expression?.table(1);
  if (expression?.u8(0) !== FIELD_REF || ref?.u8(0) !== FIELD_INDEX)
    throw badRequest("a call's first argument is a column");
  return leafAt(ref.table(1)?.u32(0) ?? 0);
}

/**
 * The field that a filter compares: the leaf, or the whole vector that it is the item of. Lists and
 * maps can't be compared.
 */
export function comparedField({ column, path }: Leaf): Field {
  let at = column.field;
  for (const i of path) {
    if (at.type.kind === "fixedList") return at;
    const child = at.children[i];
    if (at.type.kind !== "struct" || child === undefined)
      throw badRequest(`a column of type ${at.type.kind} can't be filtered`, "NotImplemented");
    at = child;
  }
  return at;
}
