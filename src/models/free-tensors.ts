import type { Tensor } from "./onnx-runtime.ts";

/**
 * Gives back the memory of tensors on the processor at once. Otherwise it waits for the garbage
 * collector, which does not hurry for megabytes outside its heap: a recogniser holds a hundred of
 * them by then. The tensors must not be used again.
 */
export function freeTensors(tensors: Iterable<Tensor | undefined>): void {
  for (const tensor of tensors) {
    if (!tensor || tensor.location !== "cpu" || !ArrayBuffer.isView(tensor.data)) continue;
    freeBytes(tensor.data);
  }
}

/** The same for the bytes of a file that are not needed any more, when they are all of a buffer. */
export function freeBytes({ buffer, byteLength }: ArrayBufferView): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached && byteLength === buffer.byteLength)
    buffer.transfer(0);
}
