import { describe, expect, it } from "vitest";
import type { Hit } from "./search-index.ts";
import { OPENERS } from "./suite.contract.ts";
import type { AssetVersion } from "./versions.ts";

describe("the memory and the local backend", () => {
  it("score the same texts and meanings alike, in the same order", async () => {
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    const vocabulary =
      "walrus penguin committees votes voting café oceans the deep a running runner Ada's bridge".split(
        " ",
      );
    const text = (): string =>
      Array.from({ length: 1 + random(12) }, () => vocabulary[random(vocabulary.length)]).join(" ");
    const versions = Array.from({ length: 20 }, (_, file): AssetVersion => ({
      id: `/${file}`,
      sizeBytes: 1,
      mtimeMs: 1,
      fingerprint: "f",
      sidecarKey: "",
      origin: "asr",
      engine: "e",
      language: "en",
      durationMs: 1,
      segments: Array.from({ length: 10 }, (_, index) => ({
        index,
        startMs: index,
        endMs: index + 1,
        text: text(),
        speaker: random(3) === 0 ? "Ada Moreau" : null,
        confidence: 1,
        vector: Float32Array.of(random(9) - 4, random(9) - 4, 1),
      })),
    }));
    const answers = [];
    for (const open of Object.values(OPENERS)) {
      const { library, close } = await open();
      for (const one of versions)
        await library.versions.commit(one, { embedder: "m", dimensions: 3 });
      const found: Hit[] = [];
      for (const terms of [
        ["walrus"],
        ["vote", "bridges"],
        ["cafe", "ada", "deep"],
        ["ada's"],
        ["moreau", "run"],
      ])
        found.push(
          ...(await library.searchIndex.searchText({ terms }, {}, 300)),
          ...(await library.searchIndex.searchText({ terms }, { speaker: "ada" }, 300)),
        );
      found.push(...(await library.searchIndex.searchVector(Float32Array.of(1, 2, 3), {}, 30)));
      answers.push(
        found.map(({ asset, segment, score }) =>
          [asset, segment.index, score.toFixed(5)].join(" "),
        ),
      );
      await close();
    }
    expect(answers[0]?.length).toBeGreaterThan(100);
    expect(answers[0]).toEqual(answers[1]);
  });
});
