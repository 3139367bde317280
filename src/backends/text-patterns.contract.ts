import assert from "node:assert/strict";
import type { TextPattern } from "../text/text-patterns.ts";
import type { Condition } from "./search-index.ts";
import { commit, type LibraryCase, meeting, rejects } from "./library-case.contract.ts";

/** The law of `SearchIndex` on what no index answers, on nearness and on times. */
export const TEXT_PATTERN_CASES: readonly LibraryCase[] = [
  {
    law: "wildcards, fuzzy words and regular expressions are looked up in texts and names, also beside other conditions",
    async run(library) {
      await commit(library, "/a", [
        { text: "The budget holds.", speaker: "Tom Schiffer" },
        { text: "Two BUDGETS, and bud get." },
        { text: "Ein Raumschiff; Café." },
        { text: "We budgeted 1,500 euros on 3.5.", speaker: "Ann" },
      ]);
      const found = (pattern: TextPattern): Promise<string> =>
        meeting(library, patternOf(pattern), "|");
      assert.equal(await found({ wildcard: "bud?et" }), "The budget holds.");
      assert.equal(await found({ wildcard: "b*t*s" }), "Two BUDGETS, and bud get.");
      assert.equal(await found({ wildcard: "*schiff" }), "Ein Raumschiff; Café.");
      assert.equal(
        await found({ wildcard: "*schiff*" }),
        "Ein Raumschiff; Café.|The budget holds.",
      );
      assert.equal(await found({ wildcard: "c?fe" }), "Ein Raumschiff; Café.");
      assert.equal(await found({ wildcard: "budg*ed" }), "We budgeted 1,500 euros on 3.5.");
      assert.equal(
        await found({ fuzzy: "bugdet", errors: 1 }),
        "The budget holds.|Two BUDGETS, and bud get.|We budgeted 1,500 euros on 3.5.",
      );
      assert.equal(await found({ fuzzy: "walrus", errors: 2 }), "");
      assert.equal(
        await found({ regex: "\\bbud\\s?get\\b" }),
        "The budget holds.|Two BUDGETS, and bud get.",
      );
      assert.equal(
        await found({ regex: "^we .*\\d\\.\\d\\.$" }),
        "We budgeted 1,500 euros on 3.5.",
      );
      assert.equal(
        await meeting(
          library,
          { all: [{ not: { pattern: { wildcard: "*schiff*" } } }, { term: "budget" }] },
          "|",
        ),
        "Two BUDGETS, and bud get.|We budgeted 1,500 euros on 3.5.",
      );
      await library.catalog.remove("/a");
      assert.equal(await found({ wildcard: "bud?et" }), "");
    },
  },
  {
    law: "a regular expression that would never end is stopped",
    async run(library) {
      await commit(library, "/a", [{ text: `${"a".repeat(60)}!` }]);
      await rejects(
        library.searchIndex.searchText(
          { terms: [], termsOptional: true },
          { where: { pattern: { regex: "^(a+)+$" } } },
          10,
        ),
        "TIMED_OUT",
      );
      assert.equal(await meeting(library, { pattern: { regex: "^a+!$" } }), `${"a".repeat(60)}!`);
    },
  },
  {
    law: "what is said during a time is what overlaps it, whatever the file",
    async run(library) {
      await commit(library, "/a", [{ text: "a0" }, { text: "a1" }, { text: "a2" }]);
      await commit(library, "/b", [{ text: "b0" }, { text: "b1" }]);
      assert.equal(await meeting(library, { during: [5500, 6000] }), "a1 b1");
      assert.equal(await meeting(library, { during: [9000, 10_000] }), "a1 a2 b1");
      assert.equal(await meeting(library, { not: { during: [0, 9500] } }), "a2");
    },
  },
  {
    law: "words near each other have at most so many others between them, in any order, in one segment",
    async run(library) {
      await commit(library, "/a", [
        { text: "the fees of the school" },
        { text: "Schools raise one two three four fees" },
        { text: "only fees" },
        { text: "only the school" },
      ]);
      const found = (within: number, ...near: string[]): Promise<string> =>
        meeting(library, { near, within }, "|");
      assert.equal(await found(2, "fee", "school"), "the fees of the school");
      assert.equal(await found(1, "fee", "school"), "");
      assert.equal(
        await found(5, "school", "fee"),
        "Schools raise one two three four fees|the fees of the school",
      );
      assert.equal(await found(5, "school", "?"), "");
      assert.equal(await found(4, "fee", "school", "raise"), "");
      assert.equal(
        await found(5, "fee", "school", "raise"),
        "Schools raise one two three four fees",
      );
    },
  },
];

const patternOf = (pattern: TextPattern): Condition => ({ pattern });
