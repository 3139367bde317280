import { open, type FileHandle } from "node:fs/promises";
import { stat } from "node:fs/promises";
import { MediasearchError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";

interface Part {
  readonly path: string;
  readonly start: number;
  readonly sizeBytes: number;
}

/**
 * Several files as if they were one, read one after the other: the segments of a package.
 * @param name whose errors they are
 */
export async function joinFiles(paths: readonly string[], name: string): Promise<ByteSource> {
  const parts: Part[] = [];
  let length = 0;
  for (const path of paths) {
    const { size } = await stat(path);
    parts.push({ path, start: length, sizeBytes: size });
    length += size;
  }
  const readPart = async (part: Part, position: number, most: number): Promise<Uint8Array> => {
    const file: FileHandle = await open(part.path, "r");
    try {
      const within = position - part.start;
      const bytes = Buffer.alloc(Math.min(most, part.sizeBytes - within));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, within);
      if (bytesRead === 0)
        throw new MediasearchError("IO_FAILED", `${name}: it changed while it was read`, {
          subject: name,
        });
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  };
  return {
    name,
    sizeBytes: length,
    async read(position, most) {
      const part = parts.findLast(({ start, sizeBytes }) => start <= position && sizeBytes > 0);
      return part ? readPart(part, position, most) : new Uint8Array(0);
    },
  };
}
