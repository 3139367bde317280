/**
 * Reads FlatBuffers tables by slot number (https://flatbuffers.dev/internals/), without generated
 * code. Every read is bounds-checked by DataView.
 */
export class FlatTable {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #at: number;
  readonly #vtable: number;
  readonly #vtableSize: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
    this.#vtable = at - this.#view.getInt32(at, true);
    this.#vtableSize = this.#view.getUint16(this.#vtable, true);
  }

  /** The root table of a buffer made by a plain `finish`. */
  static root(bytes: Uint8Array): FlatTable {
    return new FlatTable(
      bytes,
      new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true),
    );
  }

  #slot(id: number): number {
    const entry = 4 + 2 * id;
    if (entry + 2 > this.#vtableSize) return 0;
    const offset = this.#view.getUint16(this.#vtable + entry, true);
    return offset === 0 ? 0 : this.#at + offset;
  }

  #target(id: number): number {
    const slot = this.#slot(id);
    return slot === 0 ? 0 : slot + this.#view.getUint32(slot, true);
  }

  #scalar<T>(id: number, otherwise: T, read: (at: number) => T): T {
    const slot = this.#slot(id);
    return slot === 0 ? otherwise : read(slot);
  }

  bool = (id: number): boolean => this.#scalar(id, 0, (at) => this.#view.getUint8(at)) !== 0;
  u8 = (id: number): number => this.#scalar(id, 0, (at) => this.#view.getUint8(at));
  i8 = (id: number): number => this.#scalar(id, 0, (at) => this.#view.getInt8(at));
  u16 = (id: number): number => this.#scalar(id, 0, (at) => this.#view.getUint16(at, true));
  i16 = (id: number, otherwise = 0): number =>
    this.#scalar(id, otherwise, (at) => this.#view.getInt16(at, true));
  u32 = (id: number): number => this.#scalar(id, 0, (at) => this.#view.getUint32(at, true));
  i32 = (id: number, otherwise = 0): number =>
    this.#scalar(id, otherwise, (at) => this.#view.getInt32(at, true));
  u64 = (id: number): bigint => this.#scalar(id, 0n, (at) => this.#view.getBigUint64(at, true));
  i64 = (id: number): bigint => this.#scalar(id, 0n, (at) => this.#view.getBigInt64(at, true));
  f32 = (id: number): number => this.#scalar(id, 0, (at) => this.#view.getFloat32(at, true));
  f64 = (id: number): number => this.#scalar(id, 0, (at) => this.#view.getFloat64(at, true));

  table(id: number): FlatTable | undefined {
    const at = this.#target(id);
    return at === 0 ? undefined : new FlatTable(this.#bytes, at);
  }

  /** The elements of a vector of tables; empty when absent. */
  tables(id: number): FlatTable[] {
    const at = this.#target(id);
    if (at === 0) return [];
    const found: FlatTable[] = [];
    const length = this.#view.getUint32(at, true);
    for (let i = 0; i < length; i++) {
      const element = at + 4 + 4 * i;
      found.push(new FlatTable(this.#bytes, element + this.#view.getUint32(element, true)));
    }
    return found;
  }

  /** The bytes of a vector of bytes or of a string. */
  bytes(id: number): Uint8Array | undefined {
    const at = this.#target(id);
    if (at === 0) return undefined;
    const length = this.#view.getUint32(at, true);
    if (at + 4 + length > this.#bytes.length)
      throw new RangeError("a vector reaches past the end of its buffer");
    return this.#bytes.subarray(at + 4, at + 4 + length);
  }

  string(id: number): string | undefined {
    const bytes = this.bytes(id);
    return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  }

  /** A vector of structs of two 64-bit integers (Arrow's FieldNode and Buffer). */
  pairs(id: number): [first: number, second: number][] {
    const at = this.#target(id);
    if (at === 0) return [];
    const found: [number, number][] = [];
    const length = this.#view.getUint32(at, true);
    for (let i = 0; i < length; i++)
      found.push([
        Number(this.#view.getBigInt64(at + 4 + 16 * i, true)),
        Number(this.#view.getBigInt64(at + 12 + 16 * i, true)),
      ]);
    return found;
  }
}
