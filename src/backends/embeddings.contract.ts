import assert from "node:assert/strict";
import type { EmbeddingModel } from "../embedding-model.ts";
import type { EmbedSegments } from "./embeddings.ts";
import {
  MODEL,
  collect,
  commit,
  rejects,
  texts,
  vector,
  version,
  words,
  type LibraryCase,
} from "./library-case.contract.ts";

/** The law of `Embeddings`. */
export const EMBEDDINGS_CASES: readonly LibraryCase[] = [
  {
    law: "re-embedding replaces every vector and the model in one step",
    async run(library) {
      await commit(library, "/a", [{ text: "x" }, { text: "y" }]);
      await library.versions.commit(version("/b", [{ text: "z", vector: null }]));
      const fresh: EmbeddingModel = { embedder: "test@2", dimensions: 2 };
      const progress: number[] = [];
      await library.embeddings.rebuild(
        fresh,
        async (segments) =>
          segments.map(({ text }) => (text === "z" ? vector(0, 1) : vector(1, 0))),
        (done) => progress.push(done),
      );
      assert.deepEqual(await library.embeddings.model(), fresh);
      assert.equal(texts(await library.searchIndex.searchVector(vector(0, 1), {}, 1))[0], "z");
      assert.equal((await library.catalog.get("/b"))?.state, "indexed");
      assert.equal(progress.at(-1), 3);
      await rejects(
        library.versions.commit(version("/c", [{ text: "old" }]), MODEL),
        "MODEL_MISMATCH",
      );
    },
  },
  {
    law: "re-embedding gives every version whole, in the order of its segments",
    async run(library) {
      const long = Array.from({ length: 700 }, (_, i) => `word ${i}`);
      await commit(
        library,
        "/a",
        long.map((text) => ({ text })),
      );
      await commit(library, "/b", [{ text: "x" }, { text: "y", vector: null }]);
      const given: string[] = [];
      await library.embeddings.rebuild({ embedder: "test@2", dimensions: 2 }, async (segments) => {
        given.push(segments.map(({ text }) => text).join());
        return segments.map(() => vector(1, 0));
      });
      assert.deepEqual(given.toSorted(), [long.join(), "x,y"]);
    },
  },
  {
    law: "while re-embedding the old vectors answer, and what is committed meanwhile is kept, never with a vector of what it replaced",
    async run(library) {
      await commit(library, "/a", [{ text: "x" }]);
      await commit(library, "/z", [{ text: "old words" }, { text: "more old words" }]);
      await library.embeddings.rebuild({ embedder: "test@2", dimensions: 2 }, async (segments) => {
        assert.deepEqual(await library.embeddings.model(), MODEL);
        if (segments.some(({ text }) => text === "old words")) {
          assert.deepEqual(
            texts(await library.searchIndex.searchVector(vector(1, 0, 0, 0), {}, 1)),
            ["x"],
          );
          await commit(library, "/z", [{ text: "new words" }, { text: "more new words" }]);
        }
        return segments.map(({ text }) => (text.includes("old") ? vector(0, 1) : vector(1, 0)));
      });
      assert.deepEqual((await words(library, "words")).toSorted(), ["more new words", "new words"]);
      const vectors = (await collect(library.versions.read("/z"))).map(
        ({ vector: one }) => one && [...one],
      );
      for (const one of vectors)
        assert.ok(
          one === null || (one[0] === 1 && one.length === 2),
          `${String(one)} is not of the new words`,
        );
      assert.equal(
        (await library.catalog.get("/z"))?.state,
        vectors.includes(null) ? "partial" : "indexed",
      );
      assert.equal((await library.catalog.get("/a"))?.state, "indexed");
      assert.equal(
        (await library.catalog.counts()).vectors,
        1 + vectors.filter((one) => one !== null).length,
      );
    },
  },
  {
    law: "re-embedding takes only a usable vector of the right length for every text",
    async run(library) {
      await commit(library, "/a", [{ text: "x" }, { text: "y" }]);
      for (const made of [
        [],
        [vector(1, 0)],
        [vector(1, 0), vector(1, 0, 0)],
        [vector(1, 0), Float32Array.of(0, 0)],
      ])
        await rejects(
          library.embeddings.rebuild({ embedder: "test@2", dimensions: 2 }, async () => made),
          "BUG",
        );
      assert.deepEqual(await library.embeddings.model(), MODEL);
      assert.deepEqual(texts(await library.searchIndex.searchVector(vector(1, 0, 0, 0), {}, 1)), [
        "x",
      ]);
    },
  },
  {
    law: "renewing replaces vectors of another way of using the embedder, version by version, and goes on where it was stopped",
    async run(library) {
      if (!library.embeddings.renew) return;
      for (const id of ["/a", "/b", "/c"]) await commit(library, id, [{ text: `words of ${id}` }]);
      const model = { embedder: `${MODEL.embedder}+late`, dimensions: 4 };
      const asked: string[] = [];
      const embed =
        (failAt: string): EmbedSegments =>
        async (segments) => {
          const text = segments.map((segment) => segment.text).join();
          if (text === failAt) throw new Error("stopped");
          asked.push(text);
          return segments.map(() => vector(0, 0, 0, 1));
        };
      const found = async (): Promise<readonly string[]> => {
        const hits = await library.searchIndex.searchVector(vector(0, 0, 0, 1), {}, 3);
        return texts(hits.filter(({ score }) => score > 0.5)).toSorted();
      };
      await assert.rejects(library.embeddings.renew(model, embed("words of /b")));
      assert.deepEqual(await library.embeddings.model(), MODEL);
      assert.deepEqual(await found(), ["words of /a"]);
      // Old and new vectors stand side by side, and new ones are taken from both.
      await library.versions.commit(version("/d", [{ text: "words of /d" }]), model);
      const progress: (readonly [number, number])[] = [];
      await library.embeddings.renew(model, embed(""), (...at) => progress.push(at));
      assert.deepEqual(asked, ["words of /a", "words of /b", "words of /c", "words of /d"]);
      assert.deepEqual(await library.embeddings.model(), model);
      assert.equal((await found()).length, 3);
      assert.deepEqual(progress.at(-1), [4, 4]);
    },
  },
  {
    law: "renewing never gives a vector to words that were committed meanwhile",
    async run(library) {
      if (!library.embeddings.renew) return;
      await commit(library, "/a", [{ text: "old" }]);
      await library.embeddings.renew(
        { embedder: `${MODEL.embedder}+late`, dimensions: 4 },
        async (segments) => {
          if (segments[0]?.text === "old") await commit(library, "/a", [{ text: "new" }]);
          return segments.map(({ text }) =>
            text === "old" ? vector(0, 1, 0, 0) : vector(0, 0, 0, 1),
          );
        },
      );
      const [{ vector: made } = { vector: null }] = await collect(library.versions.read("/a"));
      assert.notEqual(made?.[1], 1);
      assert.equal((await library.catalog.get("/a"))?.state, "indexed");
    },
  },
  {
    law: "re-embedding that fails leaves the old vectors and model",
    async run(library) {
      await commit(library, "/a", [{ text: "x" }]);
      await assert.rejects(
        library.embeddings.rebuild({ embedder: "test@2", dimensions: 2 }, async () => {
          throw new Error("no model");
        }),
      );
      assert.deepEqual(await library.embeddings.model(), MODEL);
      assert.deepEqual(texts(await library.searchIndex.searchVector(vector(1, 0, 0, 0), {}, 1)), [
        "x",
      ]);
    },
  },
];
