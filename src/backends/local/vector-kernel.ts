import { KERNEL_BASE64 } from "./vector-kernel.wasm.ts";

/** One hit as the kernel writes it: the row's number, i32, and its score, f32. */
export const FOUND_BYTES = 8;
export const WASM_PAGE_BYTES = 65_536;

/** The part of the global that is used here; Node's own types leave it out. */
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

/**
 * Scores the rows of neighbouring tiles and writes those of at least `minScore` at `hits`.
 * Addresses are bytes in the kernel's memory; `tiles`, and `width` in bytes of a row, are at least
 * 1. The layouts of query, codes and hits are described in vector-kernel.wat.
 * @returns how many bytes were written at `hits`: FOUND_BYTES for each hit.
 */
export type ScanKernel = (
  query: number,
  codes: number,
  scales: number,
  tiles: number,
  width: number,
  bias: number,
  minScore: number,
  hits: number,
) => number;

/** Makes a kernel with a memory of at least `bytes` of its own, filled with zeros. */
export function openKernel(bytes: number): {
  readonly memory: WasmMemory;
  readonly scan: ScanKernel;
} {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / WASM_PAGE_BYTES) });
  const module = new WebAssembly.Module(Buffer.from(KERNEL_BASE64, "base64"));
  const { exports } = new WebAssembly.Instance(module, { host: { memory } });
  return { memory, scan: exports["scan"] as ScanKernel };
}
