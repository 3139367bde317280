/**
 * Arrow types as this server stores them; ids and parameters of format/Schema.fbs
 * (https://arrow.apache.org/docs/format/Columnar.html).
 */
export type ArrowType =
  | { readonly kind: "int"; readonly bits: number; readonly signed: boolean }
  | { readonly kind: "float"; readonly bits: 16 | 32 | 64 }
  | { readonly kind: "binary" | "utf8" | "bool" | "list" | "struct" }
  | {
      readonly kind: "decimal";
      readonly precision: number;
      readonly scale: number;
      readonly bits: number;
    }
  | { readonly kind: "date"; readonly unit: number }
  | { readonly kind: "time"; readonly unit: number; readonly bits: number }
  | { readonly kind: "timestamp"; readonly unit: number; readonly zone: string }
  | { readonly kind: "fixedBinary"; readonly width: number }
  | { readonly kind: "fixedList"; readonly size: number }
  | { readonly kind: "map"; readonly sorted: boolean }
  | { readonly kind: "other"; readonly id: number; readonly dictionary: boolean };

export interface Field {
  readonly name: string;
  readonly nullable: boolean;
  readonly type: ArrowType;
  readonly children: readonly Field[];
  readonly metadata?: ReadonlyMap<string, string>;
}

export const field = (
  name: string,
  type: ArrowType,
  children: readonly Field[] = [],
  nullable = true,
): Field => ({ name, nullable, type, children });

/** Bytes of a value of a fixed width; undefined for other layouts. */
export function byteWidth(type: ArrowType): number | undefined {
  switch (type.kind) {
    case "int":
    case "float":
    case "decimal":
    case "time":
      return type.bits / 8;
    case "date":
      return type.unit === 0 ? 4 : 8;
    case "timestamp":
      return 8;
    case "fixedBinary":
      return type.width;
    default:
      return undefined;
  }
}

/**
 * Whether two columns hold the same values: type, nullability and children; names of children don't
 * count.
 */
export function sameShape(a: Field, b: Field): boolean {
  return (
    a.nullable === b.nullable &&
    sameType(a.type, b.type) &&
    a.children.length === b.children.length &&
    a.children.every((child, i) =>
      isMapPart(a, b)
        ? sameEntries(child, b.children[i])
        : sameShape(child, b.children[i] ?? child),
    )
  );
}

const isMapPart = (a: Field, b: Field): boolean => a.type.kind === "map" && b.type.kind === "map";

/** Key and entries are never null in Arrow, but writers differ in how they declare them. */
const sameEntries = (a: Field, b: Field | undefined): boolean =>
  b !== undefined &&
  a.children.length === b.children.length &&
  a.children.every((child, i) => sameType(child.type, b.children[i]?.type ?? child.type));

export const sameType = (a: ArrowType, b: ArrowType): boolean =>
  JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());

/** The paths (indices of children) from a column to each of its leaves, in depth-first order. */
export function leafPaths(of: Field): readonly (readonly number[])[] {
  if (of.children.length === 0) return [[]];
  return of.children.flatMap((child, i) => leafPaths(child).map((path) => [i, ...path]));
}
