import { type Data, type FixedSizeList, Type } from "apache-arrow";
import { byteWidth } from "./columns.ts";
import { type FlatTable, readRoot } from "./flat.ts";

/** What a page of a reply may hold: Arrow believes the lengths that a message states. */
const MAX_ROWS = 4_194_304;
const MAX_DEPTH = 16;

/**
 * Checks that a column holds what its message says: lengths, offsets and bytes fit together.
 * @throws Error when they do not.
 */
export function mustBeWhole(data: Data, depth = 0): void {
  const { length, nullCount, nullBitmap, children, offset } = data;
  const isCount = Number.isInteger(length) && length >= 0 && length <= MAX_ROWS;
  if (!isCount || depth > MAX_DEPTH) throw lengthError();
  const bits = (bytes: ArrayLike<number> | undefined): number => (bytes?.length ?? 0) * 8;
  if (nullCount > 0 && (nullBitmap?.length ?? 0) > 0 && bits(nullBitmap) < offset + length)
    throw lengthError();
  for (const child of children) mustBeWhole(child, depth + 1);
  if (length > 0) mustHoldValues(data);
}

/** What a column holds itself, besides its children. */
function mustHoldValues({ type, length, offset, valueOffsets, values, children }: Data): void {
  const size = (values as Uint8Array | undefined)?.byteLength ?? 0;
  switch (type.typeId) {
    case Type.Struct:
    case Type.Null:
      return;
    case Type.FixedSizeList: {
      const needed = length * (type as FixedSizeList).listSize;
      if (!(needed >= 0) || (children[0]?.length ?? 0) < needed) throw lengthError();
      return;
    }
    case Type.Bool:
      if (size * 8 < offset + length) throw lengthError();
      return;
    default:
      if (valueOffsets) mustRise(valueOffsets, length, values ?? children[0]);
      else if (size < length * (byteWidth(type) ?? 1)) throw lengthError();
  }
}

function mustRise(
  offsets: Int32Array,
  length: number,
  { length: held }: { readonly length: number } = { length: 0 },
): void {
  if (offsets.length <= length || (offsets[0] ?? -1) < 0 || (offsets[length] ?? 0) > held)
    throw lengthError();
  for (let i = 1; i <= length; i++)
    if ((offsets[i] ?? 0) < (offsets[i - 1] ?? 0)) throw lengthError();
}

const lengthError = (): Error => new Error("a column is shorter than the reply says");

const CONTINUATION = 0xffffffff;
const PREFIX_BYTES = 8;
const MAX_FIELDS = 10_000;
/**
 * Of a field of a schema, and of a record batch: FieldNode and Buffer (Message.fbs, Schema.fbs of
 * Arrow).
 */
const STRUCT_BYTES = 16;
const LONG_BYTES = 8;
const [SCHEMA, RECORD_BATCH] = [1, 3];

/**
 * Walks over the messages of an IPC stream before Arrow decodes them: Arrow believes every length
 * that their metadata state.
 * @throws Error when lengths lead out of the bytes, or fields nest too deep.
 */
export function mustBeMessages(stream: Uint8Array): void {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  for (let offset = 0; offset + PREFIX_BYTES <= stream.length;) {
    const length = view.getInt32(offset + 4, true);
    if (view.getUint32(offset, true) !== CONTINUATION || length < 0)
      throw new Error("not a sequence of Arrow messages");
    if (length === 0) return;
    const metadata = stream.subarray(offset + PREFIX_BYTES, offset + PREFIX_BYTES + length);
    if (metadata.length < length) throw lengthError();
    const message = readRoot(metadata);
    const bodyLength = Number(message.i64(3));
    mustBePairs(message.tables(4));
    mustBeHeader(message.u8(1), message.table(2));
    offset += PREFIX_BYTES + length + bodyLength;
    if (bodyLength < 0 || offset > stream.length) throw lengthError();
  }
}

function mustBeHeader(kind: number, header: FlatTable | undefined): void {
  if (!header) throw lengthError();
  if (kind === SCHEMA) {
    mustBeFields(header.tables(1), 0);
    mustBePairs(header.tables(2));
    header.structs(3, LONG_BYTES);
  } else if (kind === RECORD_BATCH)
    for (const field of [1, 2, 4]) header.structs(field, field === 4 ? LONG_BYTES : STRUCT_BYTES);
  else throw new Error("an Arrow message of an unknown kind");
}

/** Keys and values that a message carries along. */
function mustBePairs(pairs: readonly FlatTable[]): void {
  if (pairs.length > MAX_FIELDS) throw lengthError();
  for (const pair of pairs) for (const field of [0, 1]) pair.string(field);
}

function mustBeFields(fields: readonly FlatTable[], depth: number): void {
  if (depth > MAX_DEPTH || fields.length > MAX_FIELDS) throw lengthError();
  for (const field of fields) {
    field.string(0);
    mustBePairs(field.tables(6));
    mustBeFields(field.tables(5), depth + 1);
  }
}
