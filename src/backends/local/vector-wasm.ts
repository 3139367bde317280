/**
 * Just enough of an assembler for one WebAssembly function: each helper gives the bytes of one instruction
 * (https://webassembly.github.io/spec/core/binary/instructions.html, https://github.com/WebAssembly/simd).
 */
export type Code = readonly number[];

/** What of the global is used here; Node's own types leave it out. */
declare const WebAssembly: {
  readonly Memory: new (limits: { readonly initial: number }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: object,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
};

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

export const WASM_PAGE_BYTES = 65_536;

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7) {
    if (rest >= -0x40 && rest < 0x40) return [...bytes, rest & 0x7f];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

const [I32, F32, V128, EMPTY] = [0x7f, 0x7d, 0x7b, 0x40];
const TYPES = { i32: I32, f32: F32, v128: V128 } as const;
export type WasmType = keyof typeof TYPES;

const simd = (opcode: number): Code => [0xfd, ...unsigned(opcode)];
/** Memory operands: alignment as a power of two (a hint only), then a constant offset. */
const at = (alignment: number, offset: number): Code => [alignment, ...unsigned(offset)];

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number): Code => [0x21, ...unsigned(local)];
export const tee = (local: number): Code => [0x22, ...unsigned(local)];

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  add: [0x6a],
  sub: [0x6b],
  lessUnsigned: [0x49],
  store: (offset: number): Code => [0x36, ...at(2, offset)],
} as const;
export const f32 = {
  sub: [0x93],
  mul: [0x94],
  greaterOrEqual: [0x60],
  fromI32: [0xb2],
  load: (offset: number): Code => [0x2a, ...at(2, offset)],
  store: (offset: number): Code => [0x38, ...at(2, offset)],
} as const;
export const v128 = {
  zero: [...simd(0x0c), ...Array.from({ length: 16 }, () => 0)],
  bytes: (value: number): Code => [...simd(0x0c), ...Array.from({ length: 16 }, () => value)],
  load: (offset: number): Code => [...simd(0x00), ...at(4, offset)],
  and: simd(0x4e),
  /** Sixteen-bit lanes, shifted right without sign. */
  shiftRight16: simd(0x8d),
  /** The lower and upper eight of sixteen signed bytes as eight sixteen-bit lanes. */
  lower16: simd(0x89),
  upper16: simd(0x8a),
  /** Eight products of sixteen-bit lanes, neighbours added: four i32. */
  dot16: simd(0xba),
  add32: simd(0xae),
  lane32: (lane: number): Code => [...simd(0x1b), lane],
} as const;

/** Repeats its body while the body ends with a branch back, `branchIf`. */
export const loop = (...body: readonly Code[]): Code => [0x03, EMPTY, ...body.flat(), 0x0b];
export const branchIf: Code = [0x0d, 0];
export const when = (...body: readonly Code[]): Code => [0x04, EMPTY, ...body.flat(), 0x0b];

const vector = (items: readonly Code[]): number[] => [...unsigned(items.length), ...items.flat()];
const section = (id: number, content: readonly number[]): number[] => [
  id,
  ...unsigned(content.length),
  ...content,
];
const named = (name: string): number[] => vector([...Buffer.from(name)].map((byte) => [byte]));

export interface WasmFunction {
  readonly params: readonly WasmType[];
  readonly locals: readonly WasmType[];
  readonly result: WasmType;
  readonly body: Code;
}

/** A module with one exported function over a memory that it is given. */
export function assemble({ params, locals, result, body }: WasmFunction): Uint8Array {
  const type = [0x60, ...vector(params.map((one) => [TYPES[one]])), ...vector([[TYPES[result]]])];
  const code = [...vector(locals.map((one) => [1, TYPES[one]])), ...body, 0x0b];
  return Uint8Array.from([
    0x00,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    ...section(1, vector([type])),
    ...section(2, vector([[...named("host"), ...named("memory"), 0x02, 0x00, 1]])),
    ...section(3, vector([[0]])),
    ...section(7, vector([[...named("run"), 0x00, 0]])),
    ...section(10, vector([[...unsigned(code.length), ...code]])),
  ]);
}

export const memory = (bytes: number): WasmMemory =>
  new WebAssembly.Memory({ initial: Math.ceil(bytes / WASM_PAGE_BYTES) });

/** Its parameters and result are as the function was written. */
export function instantiate(
  code: WasmFunction,
  host: WasmMemory,
): (...args: readonly number[]) => number {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(assemble(code)), {
    host: { memory: host },
  });
  return exports["run"] as (...args: readonly number[]) => number;
}
