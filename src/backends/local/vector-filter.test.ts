import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { open } from "./open.ts";

const DIMENSIONS = 384;
let state = 5;
const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
const made = (): Float32Array => {
  const values = Array.from({ length: DIMENSIONS }, () => random() - 0.5);
  const length = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / length);
};
/** A fifth, a hundredth and the rest. */
const speakerOf = (index: number): string => {
  if (index % 100 === 7) return "Ann";
  return index % 5 === 0 ? "Bob" : "Tom";
};

it("finds all that a speaker says though most candidates are others', be he rare or not", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mediasearch-vector-"));
  const backend = await open({ path: join(folder, "library.sqlite"), create: true });
  try {
    await backend.library.versions.commit(
      {
        id: "/a",
        sizeBytes: 1,
        mtimeMs: 1,
        fingerprint: "a",
        sidecarKey: "",
        origin: "asr",
        engine: "e",
        language: "en",
        durationMs: 1000,
        segments: Array.from({ length: 3000 }, (_, index) => ({
          index,
          startMs: index,
          endMs: index + 1,
          text: "",
          speaker: speakerOf(index),
          confidence: 1,
          vector: made(),
        })),
      },
      { embedder: "test@1", dimensions: DIMENSIONS },
    );
    for (const [speaker, said] of [
      ["bob", 600],
      ["ann", 30],
    ] as const) {
      const find = async (limit: number): Promise<number> =>
        (await backend.library.searchIndex.searchVector(made(), { speaker }, limit)).length;
      expect(await find(Math.min(said, 200))).toBe(Math.min(said, 200));
      expect(await find(1000)).toBe(said);
    }
  } finally {
    await backend.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
