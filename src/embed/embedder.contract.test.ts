import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EMBEDDER_CASES } from "./embedder.contract.ts";
import type { Embedder } from "./embedder.ts";
import { identifyEmbedder, openEmbedder } from "./registry.ts";

let embedder: Embedder;
beforeAll(async () => {
  embedder = await openEmbedder({ model: "all-MiniLM-L6-v2" });
});
afterAll(() => embedder.close());

describe("all-MiniLM-L6-v2", () => {
  for (const { law, run } of EMBEDDER_CASES)
    it(law, async () => {
      await run(embedder);
    });

  it("is known by name and length before it is loaded", async () => {
    expect(await identifyEmbedder({ model: "all-MiniLM-L6-v2" })).toEqual({
      embedder: embedder.id,
      dimensions: embedder.dimensions,
    });
  });

  it("is the only one there is, and another name says so", async () => {
    await expect(openEmbedder({ model: "gpt" })).rejects.toMatchObject({
      code: "USAGE",
      exitCode: 2,
    });
  });
});

const change = (
  map: (vectors: Float32Array[], texts: readonly string[]) => Float32Array[],
): Pick<Embedder, "embed"> => ({
  embed: async (texts, options) => map(await embedder.embed(texts, options), texts),
});
/** Passages as they would be made by a model that does not look around a part. */
const withoutContext = (): Partial<Embedder> => ({
  embedPassages: async (passages) =>
    Promise.all(
      passages.map(async (parts) => {
        const text = parts.map(({ before, text: one }) => `${before} ${one}`).join(" ");
        const [whole] = await embedder.embed([text], { as: "passage" });
        const alone = await embedder.embed(
          parts.map((part) => part.text),
          { as: "passage" },
        );
        return {
          whole: whole as Float32Array,
          parts: alone.map((vector, i) => (parts[i]?.text === "" ? null : vector)),
        };
      }),
    ),
});
const BUGS: Readonly<Record<string, () => Partial<Embedder>>> = {
  "does not normalise": () =>
    change((vectors) => vectors.map((vector) => vector.map((value) => value * 2))),
  "returns them in another order": () => change((vectors) => vectors.toReversed()),
  "leaves empty texts out": () =>
    change((vectors, texts) => vectors.filter((_, i) => texts[i] !== "")),
  "gives empty texts a vector of zeros": () =>
    change((vectors, texts) =>
      vectors.map((vector, i) => (texts[i] === "" ? vector.map(() => 0) : vector)),
    ),
  "lets a batch change its members": () =>
    change((vectors) =>
      vectors.map((vector, _, all) => {
        const mixed = vector.map(
          (value, i) => value + (all.length > 1 ? 0.01 : 0) * (all[0]?.[i] ?? 0),
        );
        const length = Math.hypot(...mixed);
        return mixed.map((value) => value / length);
      }),
    ),
  "makes vectors up": () =>
    change((vectors, texts) =>
      vectors.map((vector, i) => {
        let seed = (texts[i] ?? "").slice(0, 200).length + 1;
        const noise = vector.map(() => {
          seed = (seed * 16_807) % 2_147_483_647;
          return seed / 2_147_483_647 - 0.5;
        });
        const length = Math.hypot(...noise);
        return noise.map((value) => value / length);
      }),
    ),
  "says another length": () => ({ dimensions: 768 }),
  "names no weights": () => ({ id: "minilm" }),
  "takes parts out of their passage": withoutContext,
  "never stops": () => ({ embed: (texts, { as }) => embedder.embed(texts, { as }) }),
};

describe("the contract suite catches an embedder that", () => {
  for (const [bug, plant] of Object.entries(BUGS))
    it(bug, async () => {
      const planted: Embedder = { ...embedder, ...plant() };
      const results = await Promise.allSettled(EMBEDDER_CASES.map(({ run }) => run(planted)));
      expect(results.filter(({ status }) => status === "rejected").length).toBeGreaterThan(0);
    });
});
