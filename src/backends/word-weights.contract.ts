import assert from "node:assert/strict";
import { commit, type LibraryCase, place } from "./library-case.contract.ts";

/** The law of `SearchIndex` on how rare words are, and which words there are. */
export const WORD_WEIGHT_CASES: readonly LibraryCase[] = [
  {
    law: "tells how rare each term is, as BM25 weighs it",
    async run(library) {
      await commit(
        library,
        "/a",
        Array.from({ length: 20 }, (_, i) => ({
          text: `${i < 9 ? "common " : ""}${i === 0 ? "walrus walrus walrus walrus" : "other"} words`,
        })),
      );
      const [common = 0, rare = 0, nowhere = 0, nothing] = await library.searchIndex.termWeights([
        "common",
        "walrus",
        "penguin",
        "?",
      ]);
      assert.ok(common > 0 && rare > common && nowhere > rare);
      assert.ok(Math.abs(rare - Math.log(19.5 / 1.5)) < 1e-9);
      assert.deepEqual([nothing, await library.searchIndex.termWeights([])], [0, []]);
    },
  },
  {
    law: "weighs words by the files that answer: a deleted one counts nothing, and counts again once it is back",
    async run(library) {
      const drafts = [
        { text: "the walrus and the penguin" },
        { text: "one more walrus on the ice" },
        { text: "a seal" },
      ];
      const weighed = async (): Promise<unknown> => ({
        hits: (await library.searchIndex.searchText({ terms: ["walrus", "ice"] }, {}, 9)).map(
          ({ asset, segment, score }) => [asset, segment.index, score.toFixed(9)],
        ),
        filtered: (
          await library.searchIndex.searchText(
            { terms: ["walrus"] },
            { where: { language: "en" } },
            9,
          )
        ).map(({ score }) => score.toFixed(9)),
        weights: (await library.searchIndex.termWeights(["walrus", "ice"])).map((weight) =>
          weight.toFixed(9),
        ),
        count: await library.searchIndex.countText({ terms: ["walrus"] }, {}),
        spelling: [...(await library.searchIndex.spellings(["wallrus", "octopuss"]))],
      });
      const others = Array.from({ length: 20 }, (_, i) => ({
        text: i % 2 === 0 ? "walrus walrus under an octopus" : "nothing much",
      }));
      await commit(library, "/a", drafts);
      const alone = await weighed();
      await commit(library, "/b", others);
      const both = await weighed();
      assert.notDeepEqual(both, alone);
      await library.catalog.markDeleted(["/b"]);
      assert.deepEqual(await weighed(), alone);
      await library.catalog.markDeleted(["/b"]);
      assert.deepEqual(await weighed(), alone);
      await library.catalog.restore(place("/b"));
      assert.deepEqual(await weighed(), both);
      await library.catalog.markDeleted(["/b"]);
      await library.versions.move("/b", place("/c"));
      assert.deepEqual(
        JSON.stringify(await weighed()).replaceAll("/c", "/b"),
        JSON.stringify(both),
      );
      await library.catalog.markDeleted(["/c"]);
      await commit(library, "/c", [{ text: "another walrus" }]);
      await library.catalog.markDeleted(["/c"]);
      await library.catalog.remove("/c");
      assert.deepEqual(await weighed(), alone);
      await commit(library, "/b", others);
      await library.catalog.remove("/b");
      assert.deepEqual(await weighed(), alone);
    },
  },
  {
    law: "knows what a word that occurs nowhere was meant to be, and leaves alone what occurs or resembles nothing",
    async run(library) {
      await commit(library, "/a", [
        { text: "The budgets of communities and committees, and the budget again" },
        { text: "A Walrus café", speaker: "Ada Moreau" },
        { text: "图书馆" },
      ]);
      const meant = await library.searchIndex.spellings([
        "bugdet",
        "budegt",
        "budget",
        "comunities",
        "comittee",
        "walrsu",
        "caffé",
        "zzzzzz",
        "wal",
        "图书管",
        "?",
        "morau",
      ]);
      assert.deepEqual(
        [...meant],
        [
          ["bugdet", "budget"],
          ["budegt", "budget"],
          ["comunities", "communities"],
          ["comittee", "committees"],
          ["walrsu", "walrus"],
          ["caffé", "café"],
          ["morau", "moreau"],
        ],
      );
      assert.deepEqual([...(await library.searchIndex.spellings([]))], []);
    },
  },
];
