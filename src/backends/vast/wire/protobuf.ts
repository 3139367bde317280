/**
 * Messages of Protocol Buffers (https://protobuf.dev/programming-guides/encoding/) by field number,
 * as far as the query engine uses them: numbers of 64 bits, texts, bytes, messages.
 */
export type MessageField = readonly [field: number, value: bigint | string | Uint8Array];

const [VARINT, FIXED64, BYTES, FIXED32] = [0, 1, 2, 5];
const MAX_VARINT_BYTES = 10;
const MAX_FIELDS = 100_000;

/** Writes a message of these fields, in this order. Inner messages are bytes. */
export const writeMessage = (fields: readonly MessageField[]): Uint8Array =>
  Buffer.concat(fields.flatMap(([field, value]) => writeField(field, value)));

function writeField(field: number, value: bigint | string | Uint8Array): readonly Buffer[] {
  if (typeof value === "bigint") return [varint(BigInt(field << 3)), varint(value)];
  const bytes = Buffer.from(value);
  return [varint(BigInt((field << 3) | BYTES)), varint(BigInt(bytes.length)), bytes];
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    const more = rest > 127n;
    bytes.push(Number(rest & 127n) | (more ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}

/** A message that was read. A field that is absent, or of another kind, is undefined. */
export interface Message {
  number(field: number): bigint | undefined;
  bytes(field: number): Uint8Array | undefined;
  text(field: number): string | undefined;
  message(field: number): Message | undefined;
  /** Every message of a repeated field. */
  messages(field: number): readonly Message[];
}

/** @throws Error for bytes that are no message. */
export function readMessage(bytes: Uint8Array): Message {
  const fields = readFields(bytes);
  // Of a field that comes more than once, the last value counts.
  const last = <T>(field: number, isOfKind: (value: unknown) => value is T): T | undefined =>
    fields.findLast(([number, value]) => number === field && isOfKind(value))?.[1] as T | undefined;
  const message: Message = {
    number: (field) => last(field, (value) => typeof value === "bigint"),
    bytes: (field) => last(field, isBytes),
    text: (field) => {
      const text = message.bytes(field);
      return text && Buffer.from(text).toString();
    },
    message: (field) => {
      const inner = message.bytes(field);
      return inner && readMessage(inner);
    },
    messages: (field) =>
      fields.flatMap(([number, value]) =>
        number === field && isBytes(value) ? [readMessage(value)] : [],
      ),
  };
  return message;
}

const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array;

function readFields(bytes: Uint8Array): readonly (readonly [number, bigint | Uint8Array])[] {
  const fields: (readonly [number, bigint | Uint8Array])[] = [];
  let offset = 0;
  const take = (length: number): Uint8Array => {
    if (length > bytes.length - offset) throw noMessageError();
    return bytes.subarray(offset, (offset += length));
  };
  const number = (): bigint => {
    let value = 0n;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = take(1)[0] ?? 0;
      value |= BigInt(byte & 127) << BigInt(7 * i);
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    throw noMessageError();
  };
  while (offset < bytes.length) {
    const key = Number(number());
    const field = Math.floor(key / 8);
    const wireType = key % 8;
    if (wireType === VARINT) fields.push([field, number()]);
    else if (wireType === BYTES) fields.push([field, take(Number(number()))]);
    else if (wireType === FIXED64) take(8);
    else if (wireType === FIXED32) take(4);
    else throw noMessageError();
    if (fields.length > MAX_FIELDS) throw noMessageError();
  }
  return fields;
}

const noMessageError = (): Error => new Error("bytes that are no message of Protocol Buffers");
