import type { Column } from "../arrow/column.ts";
import { field, type Field } from "../arrow/field.ts";

/**
 * A leaf with the nesting above it and nothing beside it: `struct{x,y}` travels as `struct{x}` and
 * `struct{y}`, a map as lists of structs.
 */
export function leafField(of: Field, path: readonly number[]): Field {
  const [first, ...rest] = path;
  if (first === undefined) return of;
  const child = of.children[first];
  if (child === undefined) throw new TypeError(`no child ${first} of ${of.name}`);
  return field(
    of.name,
    of.type.kind === "map" ? { kind: "list" } : of.type,
    [leafField(child, rest)],
    of.nullable,
  );
}

export function leafColumn(column: Column, path: readonly number[]): Column {
  const [first, ...rest] = path;
  const child = first === undefined ? undefined : column.children[first];
  return child === undefined ? column : { ...column, children: [leafColumn(child, rest)] };
}
