import { Builder } from "flatbuffers";

/** One value of a table's slot, written only where it differs from the default. */
export type Slot = readonly [id: number, write: (b: Builder, id: number) => void];

export const u8 = (id: number, value: number, byDefault = 0): Slot => [
  id,
  (b, slot) => b.addFieldInt8(slot, value, byDefault),
];
export const bool = (id: number, value: boolean): Slot => u8(id, value ? 1 : 0);
export const i16 = (id: number, value: number, byDefault = 0): Slot => [
  id,
  (b, slot) => b.addFieldInt16(slot, value, byDefault),
];
export const i32 = (id: number, value: number, byDefault = 0): Slot => [
  id,
  (b, slot) => b.addFieldInt32(slot, value, byDefault),
];
export const i64 = (id: number, value: bigint, byDefault = 0n): Slot => [
  id,
  (b, slot) => b.addFieldInt64(slot, value, byDefault),
];
/** A string, vector or table that was built before; 0 leaves the slot out. */
export const ref = (id: number, offset: number): Slot => [
  id,
  (b, slot) => b.addFieldOffset(slot, offset, 0),
];

/** Writes one table of `slots` slots and answers its offset. */
export function table(b: Builder, slots: number, values: readonly Slot[]): number {
  b.startObject(slots);
  for (const [id, write] of values) write(b, id);
  return b.endObject();
}

export function vector(b: Builder, offsets: readonly number[]): number {
  b.startVector(4, offsets.length, 4);
  for (const offset of offsets.toReversed()) b.addOffset(offset);
  return b.endVector();
}

/** A vector of structs of two 64-bit integers. */
export function pairVector(b: Builder, pairs: readonly (readonly [number, number])[]): number {
  b.startVector(16, pairs.length, 8);
  for (const [first, second] of pairs.toReversed()) {
    b.prep(8, 16);
    b.writeInt64(BigInt(second));
    b.writeInt64(BigInt(first));
  }
  return b.endVector();
}

/** A finished buffer with the table that `make` builds as its root. */
export function finish(make: (b: Builder) => number): Uint8Array {
  const b = new Builder(1024);
  b.finish(make(b));
  return b.asUint8Array();
}
