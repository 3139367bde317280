import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open } from "node:fs/promises";

interface Sized {
  readonly path: string;
  readonly sizeBytes: number;
}

const SAMPLES = 5;
const SAMPLE_BYTES = 16_384;

/**
 * The files that seem to hold the same as one before them: of equal size, and alike where a few
 * samples were taken. For estimates: only the whole content tells.
 */
export async function findLikelyCopies(
  files: readonly Sized[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const bySize = Map.groupBy(files, ({ sizeBytes }) => sizeBytes);
  const copies = new Set<string>();
  for (const alike of bySize.values()) {
    if (alike.length < 2) continue;
    const seen = new Set<string>();
    for (const file of alike) {
      signal.throwIfAborted();
      const digest = await sampleDigest(file).catch(() => file.path);
      if (seen.has(digest)) copies.add(file.path);
      seen.add(digest);
    }
  }
  return copies;
}

async function sampleDigest({ path, sizeBytes }: Sized): Promise<string> {
  const hash = createHash("sha256");
  // What became a pipe since it was found must not hold up the run.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const lastStart = Math.max(0, sizeBytes - SAMPLE_BYTES);
    for (let i = 0; i < SAMPLES; i++) {
      const position = Math.floor((lastStart * i) / (SAMPLES - 1));
      const { buffer, bytesRead } = await file.read({
        buffer: Buffer.alloc(SAMPLE_BYTES),
        position,
      });
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
  return hash.digest("hex");
}
