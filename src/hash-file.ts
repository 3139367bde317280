import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

/**
 * SHA-256 of a file's bytes, hexadecimal; streamed. Rejects with the system's error (ENOENT,
 * EACCES, EIO, …).
 */
export async function hashFile(
  path: string,
  { signal, onRead }: { readonly signal?: AbortSignal; readonly onRead?: () => void } = {},
): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal })) {
    hash.update(chunk as Buffer);
    onRead?.();
  }
  return hash.digest("hex");
}
