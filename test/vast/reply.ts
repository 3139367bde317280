import { Field, List, type Map_, MessageReader, Struct, Type } from "apache-arrow";
import { writeRows } from "../../src/backends/vast/wire/ipc.ts";
import type { Value } from "../../src/backends/vast/wire/values.ts";

/** One sub-split's page: a value list per column. `batches` splits each leaf into so many. */
export interface ReplyPage {
  readonly stream: number;
  readonly next: bigint;
  readonly columns: readonly (readonly [Field, readonly Value[]])[];
  readonly batches?: number;
}

export const FINISHED = (1n << 48n) - 1n;
export const COMPLETED = u32(0xfffffffe);
export const KEEP_ALIVE = u32(0xffffffff);
export const FAILED = Buffer.concat([u32(0xfffffffd), u64(77n), u32(0)]);

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

/** The frames of a page, one Arrow message each. */
export function frames({ stream, next, columns, batches = 1 }: ReplyPage): Buffer[] {
  const head = Buffer.concat([u32(stream), u64(next)]);
  const leaves =
    columns.length === 0
      ? []
      : columns.flatMap(([field, values]) =>
          leavesOf(field).map(({ field: leaf, of }) => ({ leaf, values: values.map(of) })),
        );
  return leaves.flatMap(({ leaf, values }) => {
    const size = Math.ceil(values.length / batches) || 1;
    const parts = Array.from({ length: batches }, (_, i) =>
      messages(writeRows([leaf], [values.slice(i * size, (i + 1) * size)])),
    );
    const [schema, ...rest] = parts.flatMap((part, i) =>
      i === 0 ? part.slice(0, -1) : part.slice(1, -1),
    );
    return [schema as Buffer, ...rest, parts[0]?.at(-1) as Buffer].map((message) =>
      Buffer.concat([head, message]),
    );
  });
}

/** A stream cut into its encapsulated messages, its end marker included. */
function messages(stream: Uint8Array): Buffer[] {
  const reader = new MessageReader(stream);
  const cut: Buffer[] = [];
  let at = 0;
  for (const message of reader) {
    reader.readMessageBody(message.bodyLength);
    const length =
      8 +
      Buffer.from(stream.buffer, stream.byteOffset + at + 4, 4).readInt32LE() +
      message.bodyLength;
    cut.push(Buffer.from(stream.subarray(at, at + length)));
    at += length;
  }
  return [...cut, Buffer.from(stream.subarray(at))];
}

interface Leaf {
  readonly field: Field;
  readonly of: (value: Value) => Value;
}

/** As the server sends nested columns: once per leaf, with what is above it. */
function leavesOf(field: Field): Leaf[] {
  const { type } = field;
  const named = (inner: Field["type"]): Field => new Field(field.name, inner, true);
  if (type.typeId === Type.Struct)
    return (type.children as Field[]).flatMap((child) =>
      leavesOf(child).map((leaf) => ({
        field: named(new Struct([leaf.field])),
        of: (value: Value) =>
          value === null || value === undefined
            ? null
            : { [child.name]: leaf.of((value as Record<string, Value>)[child.name]) },
      })),
    );
  if (type.typeId === Type.Map)
    return (type as Map_).childType.children.map((child, i) => ({
      field: named(new List(new Field("entries", new Struct([child]), false))),
      of: (value: Value) =>
        value && (value as Value[][]).map((pair) => ({ [child.name]: pair[i] })),
    }));
  return [{ field, of: (value) => value }];
}
