import { mkdtempSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EMBEDDER_CASES } from "../embedder.contract.ts";
import type { Embedder } from "../embedder.ts";
import { identifyEmbedder, openEmbedder } from "../registry.ts";
import { BEST_MODEL } from "./settings.ts";

let embedder: Embedder;
beforeAll(async () => {
  embedder = await openEmbedder({
    model: BEST_MODEL,
    modelCache: mkdtempSync(join(tmpdir(), "mediasearch-models-")),
  });
});
afterAll(() => embedder.close());

describe("both bundled models", () => {
  for (const { law, run } of EMBEDDER_CASES) it(law, () => run(embedder));

  it("are known by name and length before they are loaded", async () => {
    expect(await identifyEmbedder({ model: BEST_MODEL })).toEqual({
      embedder: embedder.id,
      dimensions: embedder.dimensions,
    });
  });

  it("stand in a row, both as long in a passage, the second one counting more in a query", async () => {
    const lengths = async (as: "query" | "passage"): Promise<number[]> => {
      const [vector = new Float32Array()] = await embedder.embed(["the budget"], { as });
      return [vector.slice(0, 384), vector.slice(384)].map(
        (half) => Math.round(100 * Math.hypot(...half)) / 100,
      );
    };
    expect(await lengths("passage")).toEqual([0.71, 0.71]);
    expect(await lengths("query")).toEqual([0.15, 0.99]);
  });
});

describe("the second model", () => {
  it("is unpacked into the cache once, and anew when it is not whole", async () => {
    const modelCache = mkdtempSync(join(tmpdir(), "mediasearch-models-"));
    const unpacked = join(modelCache, "e5-small-v2/model_quantized.onnx");
    const open = async (): Promise<void> => {
      await (await openEmbedder({ model: BEST_MODEL, modelCache })).close();
    };
    await open();
    const { ino, size } = statSync(unpacked);
    expect(size).toBe(34_014_367);
    await open();
    expect(statSync(unpacked).ino).toBe(ino);
    truncateSync(unpacked, 1000);
    await open();
    expect(statSync(unpacked).size).toBe(size);
    rmSync(modelCache, { recursive: true });
  });
});
