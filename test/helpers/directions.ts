import type { Library } from "../../src/backends/library.ts";

type Directions = readonly (readonly [number, number] | null)[];

/**
 * Commits a recording in which every fourth minute something is said whose vector has two numbers,
 * or none.
 */
export const commitDirections = (
  library: Pick<Library, "versions">,
  id: string,
  directions: Directions,
): Promise<void> =>
  library.versions.commit(
    {
      id,
      sizeBytes: 1,
      mtimeMs: 1,
      fingerprint: id,
      sidecarKey: "",
      origin: "asr",
      engine: "e",
      language: "en",
      durationMs: null,
      segments: directions.map((direction, index) => ({
        index,
        startMs: index * 240_000,
        endMs: index * 240_000 + 5000,
        text: `${id} ${index}`,
        speaker: null,
        confidence: null,
        vector: direction && Float32Array.from(direction),
      })),
    },
    { embedder: "m@1+late", dimensions: 2 },
  );
