import { byteWidth, type Field } from "../arrow/field.ts";
import { ArrowError, UnsupportedTypeError } from "../arrow/stream.ts";
import { badRequest, type TabularError } from "../errors.ts";
import { atLeast, type Version } from "../http/call.ts";

/** The largest cell; a guess for vectors, Java's limit for the rest. */
export const MAX_CELL_BYTES = 128 * 1024;

/**
 * A body that is read as Arrow; columns can be declared with batches behind them, as Java does.
 * @throws TabularError 400
 */
export function readArrow<T>(body: Uint8Array, read: (body: Uint8Array) => T): T {
  try {
    return read(body);
  } catch (error) {
    if (error instanceof UnsupportedTypeError)
      throw badRequest(error.message, "TabularUnsupportedColumnType");
    throw error instanceof ArrowError
      ? badRequest(`the body is not an Arrow stream: ${error.message}`)
      : error;
  }
}

const unsupported = (of: Field): TabularError =>
  badRequest(`column ${of.name} has a type that is not supported`, "TabularUnsupportedColumnType");

/**
 * Checks the types of new columns, and answers them as they are stored.
 * @throws TabularError 400
 */
export function storedFields(fields: readonly Field[], version: Version): readonly Field[] {
  const names = new Set(fields.map(({ name }) => name));
  if (names.size < fields.length)
    throw badRequest("two columns have one name", "TabularDuplicateColumnName");
  if (names.has("") || names.has("$row_id"))
    throw badRequest("a column needs a name other than $row_id", "TabularInvalidColumnName");
  return fields.map((of) => stored(of, version));
}

function stored(of: Field, version: Version): Field {
  const { type } = of;
  if (
    type.kind === "other" ||
    (type.kind === "decimal" && type.bits !== 128) ||
    (type.kind === "date" && type.unit !== 0)
  )
    throw unsupported(of);
  if (type.kind === "fixedList") checkVector(of, type.size);
  const children = of.children.map((child) => stored(child, version));
  const kept = type.kind === "timestamp" && !atLeast(version, 5, 4) ? { ...type, zone: "" } : type;
  return { name: of.name, nullable: of.nullable, type: kept, children };
}

const VECTOR_ITEMS = ["int", "float", "decimal", "date", "timestamp", "time"];

function checkVector(of: Field, size: number): void {
  const [item] = of.children;
  const width = item && byteWidth(item.type);
  if (size < 1)
    throw badRequest(
      `column ${of.name} has vectors without elements`,
      "TabularInvalidColumnTypeParam",
    );
  if (
    item === undefined ||
    width === undefined ||
    item.nullable ||
    !VECTOR_ITEMS.includes(item.type.kind) ||
    size * width > MAX_CELL_BYTES
  )
    throw unsupported(of);
}
