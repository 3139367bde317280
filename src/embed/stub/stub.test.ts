import { describe, expect, it } from "vitest";
import { EMBEDDER_CASES } from "../embedder.contract.ts";
import { identifyEmbedder, openEmbedder } from "../registry.ts";

describe("the stub", () => {
  // It knows words and no meaning: the law of related texts is for models.
  for (const { law, run } of EMBEDDER_CASES.filter((one) => !/relat|near|meaning/.test(one.law)))
    it(law, async () => {
      await expect(run(await openEmbedder({ model: "stub" }))).resolves.toBeUndefined();
    });

  it("is marked as what it is, and finds texts of the same words", async () => {
    expect(await identifyEmbedder({ model: "STUB" })).toEqual({
      embedder: "stub@00000001",
      dimensions: 384,
    });
    const embedder = await openEmbedder({ model: "stub" });
    const [query, same, other] = await embedder.embed(
      ["the harbour bridge", "a bridge in the harbour", "nobody pays"],
      { as: "passage" },
    );
    const product = (a?: Float32Array, b?: Float32Array): number =>
      Array.from(a ?? []).reduce((sum, value, i) => sum + value * (b?.[i] ?? 0), 0);
    expect(product(query, same)).toBeGreaterThan(product(query, other));
  });
});
