import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { openBert } from "./bert.ts";
import { bundledGraph, bundledModelFile } from "./bundled-file.ts";

const open = (): ReturnType<typeof openBert> =>
  openBert({
    model: bundledGraph("all-MiniLM-L6-v2"),
    vocabulary: readFileSync(bundledModelFile("all-MiniLM-L6-v2", "vocab.txt"), "utf8"),
    dimensions: 384,
    maxTokens: 256,
    prefixes: { query: "", passage: "" },
  });

it("gives the same vectors first and later, also to many who ask at once", async () => {
  const texts = Array.from({ length: 40 }, (_, n) => `They spoke about item ${n} of the budget.`);
  const inOrder = await open();
  const expected = await inOrder.embed(texts, { as: "passage" });
  const [first = new Float32Array()] = expected;
  expect(await inOrder.embed(texts.slice(0, 1), { as: "passage" })).toEqual([first]);
  const atOnce = await open();
  const vectors = await Promise.all(texts.map((text) => atOnce.embed([text], { as: "passage" })));
  expect(vectors.flat()).toEqual(expected);
  await Promise.all([inOrder.close(), atOnce.close()]);
});
