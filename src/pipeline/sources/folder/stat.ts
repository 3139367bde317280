import { stat } from "node:fs/promises";
import { toMediasearchError } from "../../../errors.ts";
import type { SourceStat } from "../media-source.ts";

/** No right to look, or a disk that fails, rejects: it is no proof that nothing is there. */
export async function statFile(path: string): Promise<SourceStat | undefined> {
  try {
    const { size, mtimeMs } = await stat(path);
    return { sizeBytes: size, mtimeMs };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw toMediasearchError(error, path);
  }
}
