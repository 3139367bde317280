import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { open } from "./open.ts";

const DIMENSIONS = 96;
let state = 3;
const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
/** Of different lengths, as the means of passages are. */
const made = (): Float32Array => {
  const values = Array.from({ length: DIMENSIONS }, () => random() - 0.5);
  const length = Math.hypot(...values) / (0.7 + 0.3 * random());
  return Float32Array.from(values, (value) => value / length);
};

it("gives the best hundred of a long list exactly, and those after them with scores that err by hundredths at most", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mediasearch-vector-"));
  const backend = await open({ path: join(folder, "library.sqlite"), create: true });
  try {
    const vectors = Array.from({ length: 3000 }, made);
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
        segments: vectors.map((vector, index) => ({
          index,
          startMs: index,
          endMs: index + 1,
          text: "",
          speaker: index % 3 === 0 ? "Ann" : "Tom",
          confidence: 1,
          vector,
        })),
      },
      { embedder: "test@1", dimensions: DIMENSIONS },
    );
    for (const [filter, isMeant] of [
      [{}, () => true],
      [{ speaker: "ann" }, (index: number) => index % 3 === 0],
    ] as const) {
      const query = made();
      const scores = vectors.map((vector) =>
        vector.reduce((sum, value, i) => sum + value * (query[i] as number), 0),
      );
      const exact = [...scores.keys()]
        .filter(isMeant)
        .sort((a, b) => (scores[b] as number) - (scores[a] as number));
      const hits = await backend.library.searchIndex.searchVector(query, filter, 800);
      expect(hits.slice(0, 100).map(({ segment }) => segment.index)).toEqual(exact.slice(0, 100));
      expect(hits).toHaveLength(800);
      for (const { segment, score } of hits)
        expect(Math.abs(score - (scores[segment.index] as number))).toBeLessThan(0.03);
      expect(hits.every(({ score }, i) => i === 0 || score <= (hits[i - 1]?.score ?? 0))).toBe(
        true,
      );
    }
  } finally {
    await backend.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
