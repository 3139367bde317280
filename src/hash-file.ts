import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { MediasearchError } from "./errors.ts";

/**
 * SHA-256 of a file's bytes, hexadecimal; streamed. Rejects with the system's error (ENOENT,
 * EACCES, EIO, …).
 */
export async function hashFile(
  path: string,
  { signal, onRead }: { readonly signal?: AbortSignal; readonly onRead?: () => void } = {},
): Promise<string> {
  await refuseHoles(path);
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal })) {
    hash.update(chunk as Buffer);
    onRead?.();
  }
  return hash.digest("hex");
}

const MAX_HOLES_BYTES = 16 * 2 ** 30;
/** File systems that compress make this much of silence. */
const MAX_BYTES_PER_STORED_BYTE = 1000;
/** stat(2) counts in these, whatever the blocks of the volume are. */
const BLOCK_BYTES = 512;

/**
 * A file may say that it has fifteen terabytes and hold none: reading zeros that nobody wrote takes
 * hours. Node can't skip the holes.
 * @throws UNREADABLE_MEDIA
 */
async function refuseHoles(path: string): Promise<void> {
  const about = await stat(path);
  if (!about.isFile()) throw noFileError(path);
  const { size, blocks } = about;
  // Windows counts no blocks.
  if (size < MAX_HOLES_BYTES || process.platform === "win32") return;
  if (size / MAX_BYTES_PER_STORED_BYTE < blocks * BLOCK_BYTES) return;
  throw new MediasearchError(
    "UNREADABLE_MEDIA",
    `${path}: almost nothing of its ${Math.round(size / 2 ** 30)} GiB has been written`,
    { subject: path, hint: "index it again when its download or copy is complete" },
  );
}

/** A pipe or a device: to read it would wait for whoever writes to it. */
export const noFileError = (path: string): MediasearchError =>
  new MediasearchError("UNREADABLE_MEDIA", `${path}: is no file that can be read`, {
    subject: path,
  });
