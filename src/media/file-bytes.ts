import { open, stat } from "node:fs/promises";
import type { ByteSource, MediaInput } from "./byte-source.ts";

/** The bytes of a file or source, read as they are needed. Rejects with the system's error. */
export async function bytesOf(input: MediaInput): Promise<ByteSource> {
  if (typeof input !== "string") return input;
  const { size } = await stat(input);
  return {
    name: input,
    sizeBytes: size,
    read: (position, length) => readAt(input, position, length),
  };
}

async function readAt(path: string, position: number, length: number): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const bytes = Buffer.alloc(length);
    const { bytesRead } = await file.read(bytes, 0, length, position);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** So many bytes from a position on, fewer at the end. */
export async function readBytes(
  source: ByteSource,
  position: number,
  length: number,
): Promise<Buffer> {
  const end = Math.min(source.sizeBytes, position + length);
  const parts: Uint8Array[] = [];
  for (let at = position; at < end;) {
    const part = await source.read(at, end - at);
    if (part.length === 0) break;
    parts.push(part);
    at += part.length;
  }
  return Buffer.concat(parts);
}
