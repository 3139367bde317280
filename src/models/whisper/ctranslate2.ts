/**
 * Reads the weights of a CTranslate2 model, `model.bin` in its version 6
 * (https://github.com/OpenNMT/CTranslate2): little-endian; a name, a shape, a type and the numbers
 * of each tensor, then names that stand for others.
 */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly type: StoredType;
  readonly bytes: Uint8Array;
}

type StoredType = "float32" | "int8" | "int16" | "int32" | "float16";

export type Weights = ReadonlyMap<string, StoredTensor>;

const TYPES: readonly StoredType[] = ["float32", "int8", "int16", "int32", "float16"];
const FILE_VERSION = 6;
/** More than any model has; a damaged count must not cost memory. */
const MAX_TENSORS = 10_000;
const MAX_RANK = 8;

/** @throws Error when the bytes are no such file or end early. */
export function readWeights(file: Uint8Array): Weights {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let offset = 0;
  const skip = (bytes: number): number => {
    if (bytes > file.byteLength - offset) throw new Error("model.bin ends early");
    const from = offset;
    offset += bytes;
    return from;
  };
  const uint8 = (): number => view.getUint8(skip(1));
  const uint32 = (): number => view.getUint32(skip(4), true);
  const text = (): string => {
    const length = view.getUint16(skip(2), true);
    const from = skip(length);
    // The zero byte at its end counts too.
    return Buffer.from(file.buffer, file.byteOffset + from, Math.max(0, length - 1)).toString();
  };
  const version = uint32();
  if (version !== FILE_VERSION) throw new Error(`model.bin has the version ${version}, not 6`);
  text();
  uint32();
  const count = uint32();
  if (count > MAX_TENSORS) throw new Error(`model.bin has ${count} tensors`);
  const weights = new Map<string, StoredTensor>();
  for (let i = 0; i < count; i++) {
    const name = text();
    const rank = uint8();
    if (rank > MAX_RANK) throw new Error(`${name} has ${rank} dimensions`);
    const shape = Array.from({ length: rank }, uint32);
    const type = TYPES[uint8()];
    if (type === undefined) throw new Error(`${name} has an unknown type`);
    const size = uint32();
    const from = skip(size);
    weights.set(name, { shape, type, bytes: file.subarray(from, from + size) });
  }
  const aliases = uint32();
  for (let i = 0; i < aliases; i++) {
    const alias = text();
    const tensor = weights.get(text());
    if (!tensor) throw new Error(`${alias} stands for nothing`);
    weights.set(alias, tensor);
  }
  if (offset !== file.byteLength) throw new Error("model.bin goes on after its end");
  return weights;
}

/** @throws Error when the model lacks it. */
export function tensorOf(weights: Weights, name: string): StoredTensor {
  const tensor = weights.get(name);
  if (!tensor) throw new Error(`model.bin has no ${name}`);
  return tensor;
}

/** The numbers of a tensor in float32, as a copy. */
export function toFloat32({ type, bytes }: StoredTensor): Float32Array<ArrayBuffer> {
  // A copy is aligned, which the file is not.
  const copy = new Uint8Array(bytes);
  if (type === "float32") return new Float32Array(copy.buffer);
  if (type !== "float16") throw new Error(`weights of the type ${type} can't be read`);
  const table = halfTable();
  const halves = new Uint16Array(copy.buffer);
  const floats = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) floats[i] = table[halves[i] as number] as number;
  return floats;
}

let halves: Float32Array | undefined;

/** The value of every half-precision number (IEEE 754 binary16) by its bits. */
function halfTable(): Float32Array {
  if (halves) return halves;
  const table = new Float32Array(65_536);
  for (let bits = 0; bits < table.length; bits++) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    if (exponent === 0) table[bits] = sign * fraction * 2 ** -24;
    else if (exponent < 31) table[bits] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
    else table[bits] = fraction === 0 ? sign * Infinity : Number.NaN;
  }
  halves = table;
  return table;
}
