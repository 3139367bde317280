import assert from "node:assert/strict";
import type { Embedder } from "./embedder.ts";

/** A case goes here when every embedder must obey it. */
export interface EmbedderCase {
  readonly law: string;
  readonly run: (embedder: Embedder) => Promise<void>;
}

const TEXTS = [
  "The committee approved the budget for next year.",
  "Money was set aside for the coming twelve months.",
  "A whale swam past the harbour at dawn.",
  "",
  "?!",
  "日本語の文章です。",
  `${"very ".repeat(2000)}long`,
];
const dot = (a: Float32Array | undefined, b: Float32Array | undefined): number =>
  [...(a ?? [])].reduce((sum, value, i) => sum + value * (b?.[i] ?? 0), 0);
const embed = (
  embedder: Embedder,
  texts: readonly string[],
  as: "query" | "passage" = "passage",
): Promise<Float32Array[]> => embedder.embed(texts, { as });

export const EMBEDDER_CASES: readonly EmbedderCase[] = [
  {
    law: "gives nothing for nothing",
    async run(embedder) {
      assert.deepEqual(await embed(embedder, []), []);
    },
  },
  {
    law: "gives one vector a text, of the length that it says",
    async run(embedder) {
      const vectors = await embed(embedder, TEXTS);
      assert.equal(vectors.length, TEXTS.length);
      for (const vector of vectors) assert.equal(vector.length, embedder.dimensions);
    },
  },
  {
    law: "gives unit length, whatever the text",
    async run(embedder) {
      for (const vector of await embed(embedder, TEXTS))
        assert.ok(Math.abs(dot(vector, vector) - 1) < 1e-5);
    },
  },
  {
    law: "keeps the order, and a text has the same vector in any batch and at any time",
    async run(embedder) {
      const together = await embed(embedder, TEXTS);
      const reversed = await embed(embedder, TEXTS.toReversed());
      for (const [i, text] of TEXTS.entries()) {
        const [alone] = await embed(embedder, [text]);
        assert.deepEqual(together[i], alone);
        assert.deepEqual(reversed.at(-1 - i), alone);
      }
    },
  },
  {
    law: "puts the related nearer than the unrelated, questions to their answers too",
    async run(embedder) {
      const [budget, money, whale] = await embed(embedder, TEXTS);
      const [question] = await embed(embedder, ["What was decided about the finances?"], "query");
      assert.ok(dot(budget, money) > dot(budget, whale) + 0.1);
      assert.ok(dot(question, budget) > dot(question, whale) + 0.1);
    },
  },
  {
    law: "cuts what is too long instead of refusing it",
    async run(embedder) {
      const [long, longer] = await embed(embedder, [
        `budget ${"very ".repeat(3000)}`,
        `budget ${"very ".repeat(3000)}and this is cut`,
      ]);
      assert.deepEqual(long, longer);
    },
  },
  {
    law: "names itself with its weights, so that another build has another name",
    async run(embedder) {
      assert.match(embedder.id, /^[\w.-]+@[0-9a-f]{8,}$/);
    },
  },
  {
    law: "that reads passages gives each part as it is meant there, and the whole as of its text",
    async run(embedder) {
      if (!embedder.embedPassages) return;
      const parts = ["It was approved.", "", "The committee discussed the budget."].map((text) => ({
        before: text === "" ? "" : "Ann:",
        text,
      }));
      const [passage] = await embedder.embedPassages([parts]);
      const [whole, alone, budget] = await embed(embedder, [
        "Ann: It was approved.  Ann: The committee discussed the budget.",
        "It was approved.",
        "The committee discussed the budget.",
      ]);
      assert.deepEqual(passage?.whole, whole);
      const [meant, none] = passage?.parts ?? [];
      assert.ok(meant && passage?.parts[2]);
      assert.equal(none, null);
      assert.ok(Math.abs(dot(meant, meant) - 1) < 1e-5);
      assert.ok(dot(meant, budget) > dot(alone, budget) + 0.1);
      assert.ok(dot(meant, alone) > 0.2);
      const long = await embedder.embedPassages([
        [...parts, { before: "", text: "very ".repeat(3000) }, { before: "", text: "cut" }],
      ]);
      assert.equal(long[0]?.parts.at(-1), null);
      await assert.rejects(
        embedder.embedPassages([parts], AbortSignal.abort(new Error("enough"))),
        /enough/,
      );
    },
  },
  {
    law: "stops when it is told to",
    async run(embedder) {
      await assert.rejects(
        embedder.embed(TEXTS, { as: "passage", signal: AbortSignal.abort(new Error("enough")) }),
        /enough/,
      );
    },
  },
];
