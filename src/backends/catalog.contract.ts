import assert from "node:assert/strict";
import {
  collect,
  commit,
  place,
  texts,
  vector,
  version,
  words,
  type LibraryCase,
} from "./library-case.contract.ts";

/** The law of `Catalog`. */
export const CATALOG_CASES: readonly LibraryCase[] = [
  {
    law: "is empty at first",
    async run(library) {
      assert.equal(await library.catalog.get("/a"), undefined);
      assert.equal(await library.embeddings.model(), undefined);
      assert.deepEqual(await collect(library.catalog.list()), []);
      assert.deepEqual(await collect(library.versions.read("/a")), []);
      assert.deepEqual(await words(library, "anything"), []);
      assert.deepEqual(await library.searchIndex.searchVector(vector(1, 0, 0, 0), {}, 10), []);
      const { assets, segments, vectors, durationMs } = await library.catalog.counts();
      assert.deepEqual(
        { assets, segments, vectors, durationMs },
        {
          assets: { registered: 0, indexed: 0, partial: 0, failed: 0, deleted: 0 },
          segments: 0,
          vectors: 0,
          durationMs: 0,
        },
      );
    },
  },
  {
    law: "a failure is noted and the earlier version goes on answering",
    async run(library) {
      await commit(library, "/a", [{ text: "walrus" }]);
      await library.catalog.recordFailure(place("/a"), "broken");
      await library.catalog.recordFailure(place("/b"), "not media");
      const status = await library.catalog.get("/a");
      assert.deepEqual(
        [status?.state, status?.error, status?.fingerprint, status?.sizeBytes, status?.sidecarKey],
        ["failed", "broken", "f-/a", 77, "d"],
      );
      assert.deepEqual(await words(library, "walrus"), ["walrus"]);
      const other = await library.catalog.get("/b");
      assert.deepEqual(
        [other?.state, other?.error, other?.fingerprint, other?.segmentCount],
        ["failed", "not media", null, 0],
      );
      await commit(library, "/a", [{ text: "walrus" }]);
      assert.deepEqual(
        [(await library.catalog.get("/a"))?.state, (await library.catalog.get("/a"))?.error],
        ["indexed", null],
      );
    },
  },
  {
    law: "touch notes the new facts and nothing else",
    async run(library) {
      await commit(library, "/a", [{ text: "walrus" }]);
      await library.catalog.touch(place("/a"));
      const status = await library.catalog.get("/a");
      assert.deepEqual(
        [
          status?.sizeBytes,
          status?.mtimeMs,
          status?.sidecarKey,
          status?.fingerprint,
          status?.state,
        ],
        [77, 88, "d", "f-/a", "indexed"],
      );
      assert.deepEqual(await words(library, "walrus"), ["walrus"]);
    },
  },
  {
    law: "registers what is new, once, and leaves what is known",
    async run(library) {
      await commit(library, "/a", [{ text: "walrus" }]);
      const files = [
        { id: "/a", sizeBytes: 1, mtimeMs: 1 },
        { id: "/b", sizeBytes: 2, mtimeMs: 2 },
      ];
      assert.equal(await library.catalog.register(files), 1);
      assert.equal(await library.catalog.register(files), 0);
      assert.deepEqual(
        [(await library.catalog.get("/a"))?.state, (await library.catalog.get("/a"))?.sizeBytes],
        ["indexed", 10],
      );
      const added = await library.catalog.get("/b");
      assert.deepEqual(
        [added?.state, added?.fingerprint, added?.sizeBytes, added?.origin],
        ["registered", null, 2, null],
      );
      assert.equal(await library.catalog.countRegistered(), 1);
      await library.catalog.markDeleted(["/b"]);
      assert.equal(await library.catalog.countRegistered(), 0);
    },
  },
  {
    law: "lists every asset once, by id in binary order, however many",
    async run(library) {
      const ids = [
        "/b",
        "/a",
        "/Z",
        "/ä",
        "/a/b",
        "/a.b",
        "/\u{1f600}",
        "/\uff5e",
        '/it\'s "here" %_',
        ...Array.from({ length: 1200 }, (_, i) => `/many/${String(i).padStart(5, "0")}`),
      ];
      await library.catalog.register(ids.map((id) => ({ id, sizeBytes: 1, mtimeMs: 1 })));
      const listed = (await collect(library.catalog.list())).map(({ id }) => id);
      assert.deepEqual(
        listed,
        ids.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
      );
    },
  },
  {
    law: "removing forgets everything, and removing what is absent succeeds",
    async run(library) {
      await commit(library, "/a", [{ text: "walrus" }]);
      await commit(library, "/b", [{ text: "walrus too" }]);
      await library.catalog.remove("/a");
      await library.catalog.remove("/a");
      assert.equal(await library.catalog.get("/a"), undefined);
      assert.deepEqual(await words(library, "walrus"), ["walrus too"]);
      assert.deepEqual(texts(await library.searchIndex.searchVector(vector(1, 0, 0, 0), {}, 10)), [
        "walrus too",
      ]);
      assert.deepEqual(await collect(library.versions.read("/a")), []);
      assert.equal((await library.catalog.counts()).vectors, 1);
    },
  },
  {
    law: "a deleted file answers nothing, is kept, and comes back as it was",
    async run(library) {
      await commit(library, "/a", [{ text: "walrus" }]);
      await commit(library, "/b", [{ text: "penguin" }]);
      await library.catalog.markDeleted(["/a", "/unknown"]);
      assert.deepEqual(await words(library, "walrus", "penguin"), ["penguin"]);
      assert.deepEqual(texts(await library.searchIndex.searchVector(vector(1, 0, 0, 0), {}, 9)), [
        "penguin",
      ]);
      assert.equal((await library.catalog.get("/a"))?.state, "deleted");
      assert.deepEqual(
        [
          (await library.catalog.counts()).assets.deleted,
          (await library.catalog.counts()).segments,
        ],
        [1, 1],
      );
      assert.deepEqual(
        (await library.versions.findByFingerprint("f-/a")).map(({ state }) => state),
        ["deleted"],
      );
      await library.catalog.restore(place("/a"));
      assert.deepEqual(await words(library, "walrus"), ["walrus"]);
      assert.deepEqual(
        [(await library.catalog.get("/a"))?.state, (await library.catalog.get("/a"))?.sizeBytes],
        ["indexed", 77],
      );
      await library.catalog.markDeleted(["/a"]);
      await commit(library, "/a", [{ text: "walrus again" }]);
      assert.deepEqual(await words(library, "walrus"), ["walrus again"]);
    },
  },
  {
    law: "counts what there is",
    async run(library) {
      await commit(library, "/a", [{ text: "x" }, { text: "y" }]);
      await library.versions.commit(version("/b", [{ text: "z", vector: null }]));
      await library.catalog.recordFailure(place("/c"), "broken");
      await library.catalog.register([{ id: "/d", sizeBytes: 1, mtimeMs: 1 }]);
      const { assets, segments, vectors, durationMs } = await library.catalog.counts();
      assert.equal(await library.catalog.countRegistered(), 1);
      assert.deepEqual(
        { assets, segments, vectors, durationMs },
        {
          assets: { registered: 1, indexed: 1, partial: 1, failed: 1, deleted: 0 },
          segments: 3,
          vectors: 2,
          durationMs: 120_000,
        },
      );
    },
  },
];
