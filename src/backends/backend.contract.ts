import type { EmbeddingModel } from "../embedding-model.ts";
import assert from "node:assert/strict";
import type { AssetStatus } from "./backend.ts";
import { SEARCH_CASES } from "./search.contract.ts";
import {
  MODEL,
  vector,
  version,
  commit,
  texts,
  words,
  rejects,
  collect,
  place,
  type StoreCase,
} from "./store-case.contract.ts";

export const STORE_CASES: readonly StoreCase[] = [
  {
    law: "is empty at first",
    async run(store) {
      assert.equal(await store.getAsset("/a"), undefined);
      assert.equal(await store.identity(), undefined);
      assert.deepEqual(await collect(store.listAssets()), []);
      assert.deepEqual(await collect(store.readVersion("/a")), []);
      assert.deepEqual(await words(store, "anything"), []);
      assert.deepEqual(await store.searchVector(vector(1, 0, 0, 0), {}, 10), []);
      const { assets, segments, vectors, durationMs } = await store.counts();
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
    law: "gives every field back",
    async run(store) {
      const wanted = version(
        "/a",
        [
          { text: "Ünïcode 🌉 text", speaker: "Ann Lee", confidence: null, startMs: 1, endMs: 2 },
          { text: "second", speaker: null, confidence: 0.25 },
        ],
        { recordedAtMs: 1_600_000_000_001 },
      );
      await store.commit(wanted, MODEL);
      assert.deepEqual(await collect(store.readVersion("/a")), wanted.segments);
      const status = (await store.getAsset("/a")) as AssetStatus;
      assert.ok(Math.abs((status.indexedAtMs ?? 0) - Date.now()) < 60_000);
      assert.deepEqual(
        { ...status, indexedAtMs: 0 },
        {
          id: "/a",
          sizeBytes: 10,
          mtimeMs: 20,
          state: "indexed",
          fingerprint: "f-/a",
          sidecarKey: "c",
          origin: "asr",
          engine: "e@1",
          language: "en",
          durationMs: 60_000,
          segmentCount: 2,
          speakers: ["Ann Lee"],
          error: null,
          indexedAtMs: 0,
          recordedAtMs: 1_600_000_000_001,
        },
      );
      const [hit] = await store.searchText({ terms: ["second"] }, {}, 1);
      assert.deepEqual(
        { ...hit, score: 0 },
        {
          asset: "/a",
          segment: {
            index: 1,
            startMs: 5000,
            endMs: 9000,
            text: "second",
            speaker: null,
            confidence: 0.25,
          },
          score: 0,
          origin: "asr",
          engine: "e@1",
        },
      );
      assert.deepEqual(await store.identity(), MODEL);
    },
  },
  {
    law: "reads the segments around a moment, as many as there are, without vectors",
    async run(store) {
      const { segments } = version(
        "/a",
        ["zero", "one", "two", "three"].map((text) => ({ text })),
      );
      await store.commit(version("/a", segments), MODEL);
      await commit(store, "/b", [{ text: "another file" }]);
      const plain = segments.map(({ index, startMs, endMs, text, speaker, confidence }) => ({
        index,
        startMs,
        endMs,
        text,
        speaker,
        confidence,
      }));
      assert.deepEqual(await store.readSegments("/a", 1, 2), plain.slice(1, 3));
      assert.deepEqual(await store.readSegments("/a", -5, 0), plain.slice(0, 1));
      assert.deepEqual(await store.readSegments("/a", 3, 99), plain.slice(3));
      assert.deepEqual(await store.readSegments("/a", 0, Number.MAX_SAFE_INTEGER), plain);
      assert.deepEqual(
        [
          await store.readSegments("/a", 2, 1),
          await store.readSegments("/a", 4, 9),
          await store.readSegments("/none", 0, 9),
        ],
        [[], [], []],
      );
    },
  },
  {
    law: "a duration that is not known stays so, and captions are captions",
    async run(store) {
      await commit(store, "/a", [{ text: "hello" }], {
        durationMs: null,
        origin: "captions",
        engine: "captions:srt",
        language: "und",
      });
      const status = await store.getAsset("/a");
      assert.deepEqual(
        [status?.durationMs, status?.origin, status?.engine, status?.language],
        [null, "captions", "captions:srt", "und"],
      );
      assert.equal((await store.searchText({ terms: ["hello"] }, {}, 1))[0]?.origin, "captions");
    },
  },
  {
    law: "replaces a version whole: nothing of the old one is found, read or counted",
    async run(store) {
      await commit(store, "/a", [
        { text: "walrus one" },
        { text: "walrus two" },
        { text: "walrus three" },
      ]);
      await commit(store, "/a", [{ text: "penguin", vector: vector(0, 0, 0, 1) }], {
        fingerprint: "new",
      });
      assert.deepEqual(await words(store, "walrus"), []);
      assert.deepEqual(await words(store, "penguin"), ["penguin"]);
      assert.deepEqual(texts(await store.searchVector(vector(1, 0, 0, 0), {}, 10)), ["penguin"]);
      assert.equal((await collect(store.readVersion("/a"))).length, 1);
      assert.equal((await store.getAsset("/a"))?.fingerprint, "new");
      const { segments, vectors } = await store.counts();
      assert.deepEqual([segments, vectors], [1, 1]);
    },
  },
  {
    law: "the same commit again changes nothing",
    async run(store) {
      await commit(store, "/a", [{ text: "walrus" }]);
      await commit(store, "/a", [{ text: "walrus" }]);
      assert.deepEqual(await words(store, "walrus"), ["walrus"]);
      assert.equal((await store.counts()).segments, 1);
    },
  },
  {
    law: "a commit that is refused keeps what was there",
    async run(store) {
      await commit(store, "/a", [{ text: "walrus" }]);
      await rejects(
        store.commit(version("/a", [{ text: "penguin" }]), { embedder: "other@1", dimensions: 4 }),
        "MODEL_MISMATCH",
      );
      await rejects(
        store.commit(version("/a", [{ text: "penguin", vector: Float32Array.of(1, 0) }]), MODEL),
        "MODEL_MISMATCH",
      );
      await rejects(
        store.commit(
          version("/b", [{ text: "good" }, { text: "penguin", vector: Float32Array.of(1, 0) }]),
          MODEL,
        ),
        "MODEL_MISMATCH",
      );
      assert.deepEqual(await words(store, "walrus"), ["walrus"]);
      assert.deepEqual(await words(store, "penguin", "good"), []);
      assert.deepEqual((await store.getAsset("/a"))?.state, "indexed");
      assert.equal(await store.getAsset("/b"), undefined);
    },
  },
  {
    law: "the same model's name with other dimensions is another model",
    async run(store) {
      await commit(store, "/a", [{ text: "walrus" }]);
      await rejects(
        store.commit(version("/b", [{ text: "penguin" }]), { ...MODEL, dimensions: 8 }),
        "MODEL_MISMATCH",
      );
      assert.equal(await store.getAsset("/b"), undefined);
    },
  },
  {
    law: "a vector that is zero or not numbers is refused, and the old version stays",
    async run(store) {
      await commit(store, "/a", [{ text: "walrus" }]);
      for (const useless of [
        Float32Array.of(0, 0, 0, 0),
        Float32Array.of(1, NaN, 0, 0),
        Float32Array.of(Infinity, 0, 0, 0),
      ])
        await rejects(
          store.commit(
            version("/a", [{ text: "good" }, { text: "penguin", vector: useless }]),
            MODEL,
          ),
          "BUG",
        );
      assert.deepEqual(await words(store, "walrus", "good", "penguin"), ["walrus"]);
      assert.deepEqual(
        (await store.searchVector(vector(1, 0, 0, 0), {}, 9)).map(({ score }) => score),
        [1],
      );
    },
  },
  {
    law: "what a caller does with a vector afterwards does not change the library, and a view into a longer array is stored as it is",
    async run(store) {
      const batch = Float32Array.of(9, 9, 9, 0, 1, 0, 0, 9);
      await commit(store, "/a", [{ text: "y", vector: batch.subarray(3, 7) }]);
      batch.fill(5);
      assert.deepEqual(
        (await collect(store.readVersion("/a")))[0]?.vector,
        Float32Array.of(0, 1, 0, 0),
      );
    },
  },
  {
    law: "vectors need their model's name",
    async run(store) {
      await rejects(store.commit(version("/a", [{ text: "walrus" }])), "MODEL_MISMATCH");
      assert.equal(await store.getAsset("/a"), undefined);
    },
  },
  {
    law: "a version without vectors is partial, found by words, and sets no model",
    async run(store) {
      await store.commit(version("/a", [{ text: "walrus", vector: null }]));
      assert.equal((await store.getAsset("/a"))?.state, "partial");
      assert.equal(await store.identity(), undefined);
      assert.deepEqual(await words(store, "walrus"), ["walrus"]);
      await store.commit(version("/b", [{ text: "one" }, { text: "two", vector: null }]), MODEL);
      assert.equal((await store.getAsset("/b"))?.state, "partial");
      assert.deepEqual(texts(await store.searchVector(vector(1, 1, 1, 1), {}, 10)), ["one"]);
      assert.deepEqual(
        (await collect(store.readVersion("/b"))).map(({ vector: one }) => one === null),
        [false, true],
      );
    },
  },
  {
    law: "a version without speech is indexed all the same",
    async run(store) {
      await commit(store, "/a", []);
      const status = await store.getAsset("/a");
      assert.deepEqual(
        [status?.state, status?.segmentCount, status?.fingerprint],
        ["indexed", 0, "f-/a"],
      );
    },
  },
  {
    law: "a failure is noted and the earlier version goes on answering",
    async run(store) {
      await commit(store, "/a", [{ text: "walrus" }]);
      await store.recordFailure(place("/a"), "broken");
      await store.recordFailure(place("/b"), "not media");
      const status = await store.getAsset("/a");
      assert.deepEqual(
        [status?.state, status?.error, status?.fingerprint, status?.sizeBytes, status?.sidecarKey],
        ["failed", "broken", "f-/a", 77, "d"],
      );
      assert.deepEqual(await words(store, "walrus"), ["walrus"]);
      const other = await store.getAsset("/b");
      assert.deepEqual(
        [other?.state, other?.error, other?.fingerprint, other?.segmentCount],
        ["failed", "not media", null, 0],
      );
      await commit(store, "/a", [{ text: "walrus" }]);
      assert.deepEqual(
        [(await store.getAsset("/a"))?.state, (await store.getAsset("/a"))?.error],
        ["indexed", null],
      );
    },
  },
  {
    law: "touch notes the new facts and nothing else",
    async run(store) {
      await commit(store, "/a", [{ text: "walrus" }]);
      await store.touch(place("/a"));
      const status = await store.getAsset("/a");
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
      assert.deepEqual(await words(store, "walrus"), ["walrus"]);
    },
  },
  {
    law: "registers what is new, once, and leaves what is known",
    async run(store) {
      await commit(store, "/a", [{ text: "walrus" }]);
      const files = [
        { id: "/a", sizeBytes: 1, mtimeMs: 1 },
        { id: "/b", sizeBytes: 2, mtimeMs: 2 },
      ];
      assert.equal(await store.register(files), 1);
      assert.equal(await store.register(files), 0);
      assert.deepEqual(
        [(await store.getAsset("/a"))?.state, (await store.getAsset("/a"))?.sizeBytes],
        ["indexed", 10],
      );
      const added = await store.getAsset("/b");
      assert.deepEqual(
        [added?.state, added?.fingerprint, added?.sizeBytes, added?.origin],
        ["registered", null, 2, null],
      );
    },
  },
  {
    law: "lists every asset once, by id in binary order, however many",
    async run(store) {
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
      await store.register(ids.map((id) => ({ id, sizeBytes: 1, mtimeMs: 1 })));
      const listed = (await collect(store.listAssets())).map(({ id }) => id);
      assert.deepEqual(
        listed,
        ids.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
      );
    },
  },
  {
    law: "removing forgets everything, and removing what is absent succeeds",
    async run(store) {
      await commit(store, "/a", [{ text: "walrus" }]);
      await commit(store, "/b", [{ text: "walrus too" }]);
      await store.removeAsset("/a");
      await store.removeAsset("/a");
      assert.equal(await store.getAsset("/a"), undefined);
      assert.deepEqual(await words(store, "walrus"), ["walrus too"]);
      assert.deepEqual(texts(await store.searchVector(vector(1, 0, 0, 0), {}, 10)), ["walrus too"]);
      assert.deepEqual(await collect(store.readVersion("/a")), []);
      assert.equal((await store.counts()).vectors, 1);
    },
  },
  ...SEARCH_CASES,
  {
    law: "re-embedding replaces every vector and the model in one step",
    async run(store) {
      await commit(store, "/a", [{ text: "x" }, { text: "y" }]);
      await store.commit(version("/b", [{ text: "z", vector: null }]));
      const fresh: EmbeddingModel = { embedder: "test@2", dimensions: 2 };
      const progress: number[] = [];
      await store.reembed(
        fresh,
        async (segments) =>
          segments.map(({ text }) => (text === "z" ? vector(0, 1) : vector(1, 0))),
        (done) => progress.push(done),
      );
      assert.deepEqual(await store.identity(), fresh);
      assert.equal(texts(await store.searchVector(vector(0, 1), {}, 1))[0], "z");
      assert.equal((await store.getAsset("/b"))?.state, "indexed");
      assert.equal(progress.at(-1), 3);
      await rejects(store.commit(version("/c", [{ text: "old" }]), MODEL), "MODEL_MISMATCH");
    },
  },
  {
    law: "re-embedding gives every version whole, in the order of its segments",
    async run(store) {
      const long = Array.from({ length: 700 }, (_, i) => `word ${i}`);
      await commit(
        store,
        "/a",
        long.map((text) => ({ text })),
      );
      await commit(store, "/b", [{ text: "x" }, { text: "y", vector: null }]);
      const given: string[] = [];
      await store.reembed({ embedder: "test@2", dimensions: 2 }, async (segments) => {
        given.push(segments.map(({ text }) => text).join());
        return segments.map(() => vector(1, 0));
      });
      assert.deepEqual(given.toSorted(), [long.join(), "x,y"]);
    },
  },
  {
    law: "while re-embedding the old vectors answer, and what is committed meanwhile is kept, never with a vector of what it replaced",
    async run(store) {
      await commit(store, "/a", [{ text: "x" }]);
      await commit(store, "/z", [{ text: "old words" }, { text: "more old words" }]);
      await store.reembed({ embedder: "test@2", dimensions: 2 }, async (segments) => {
        assert.deepEqual(await store.identity(), MODEL);
        if (segments.some(({ text }) => text === "old words")) {
          assert.deepEqual(texts(await store.searchVector(vector(1, 0, 0, 0), {}, 1)), ["x"]);
          await commit(store, "/z", [{ text: "new words" }, { text: "more new words" }]);
        }
        return segments.map(({ text }) => (text.includes("old") ? vector(0, 1) : vector(1, 0)));
      });
      assert.deepEqual((await words(store, "words")).toSorted(), ["more new words", "new words"]);
      const vectors = (await collect(store.readVersion("/z"))).map(
        ({ vector: one }) => one && [...one],
      );
      for (const one of vectors)
        assert.ok(
          one === null || (one[0] === 1 && one.length === 2),
          `${String(one)} is not of the new words`,
        );
      assert.equal(
        (await store.getAsset("/z"))?.state,
        vectors.includes(null) ? "partial" : "indexed",
      );
      assert.equal((await store.getAsset("/a"))?.state, "indexed");
      assert.equal(
        (await store.counts()).vectors,
        1 + vectors.filter((one) => one !== null).length,
      );
    },
  },
  {
    law: "re-embedding takes only a usable vector of the right length for every text",
    async run(store) {
      await commit(store, "/a", [{ text: "x" }, { text: "y" }]);
      for (const made of [
        [],
        [vector(1, 0)],
        [vector(1, 0), vector(1, 0, 0)],
        [vector(1, 0), Float32Array.of(0, 0)],
      ])
        await rejects(
          store.reembed({ embedder: "test@2", dimensions: 2 }, async () => made),
          "BUG",
        );
      assert.deepEqual(await store.identity(), MODEL);
      assert.deepEqual(texts(await store.searchVector(vector(1, 0, 0, 0), {}, 1)), ["x"]);
    },
  },
  {
    law: "re-embedding that fails leaves the old vectors and model",
    async run(store) {
      await commit(store, "/a", [{ text: "x" }]);
      await assert.rejects(
        store.reembed({ embedder: "test@2", dimensions: 2 }, async () => {
          throw new Error("no model");
        }),
      );
      assert.deepEqual(await store.identity(), MODEL);
      assert.deepEqual(texts(await store.searchVector(vector(1, 0, 0, 0), {}, 1)), ["x"]);
    },
  },
  {
    law: "a file that moved takes everything with it",
    async run(store) {
      await commit(store, "/a", [{ text: "walrus", speaker: "Ann" }]);
      await store.register([{ id: "/b", sizeBytes: 1, mtimeMs: 1 }]);
      await store.moveAsset("/a", place("/b"));
      assert.equal(await store.getAsset("/a"), undefined);
      const status = await store.getAsset("/b");
      assert.deepEqual(
        [
          status?.state,
          status?.fingerprint,
          status?.sizeBytes,
          status?.mtimeMs,
          status?.sidecarKey,
          status?.segmentCount,
        ],
        ["indexed", "f-/a", 77, 88, "d", 1],
      );
      assert.deepEqual(
        (await store.searchText({ terms: ["walrus"] }, {}, 9)).map(({ asset }) => asset),
        ["/b"],
      );
      assert.deepEqual(
        (await store.searchVector(vector(1, 0, 0, 0), {}, 9)).map(({ asset }) => asset),
        ["/b"],
      );
    },
  },
  {
    law: "the same content at two places is found at both, each on its own afterwards",
    async run(store) {
      await commit(store, "/a", [{ text: "walrus", speaker: "Ann" }, { text: "second" }]);
      await store.copyVersion("/a", place("/b"));
      assert.deepEqual(
        (await store.findByFingerprint("f-/a")).map(({ id }) => id),
        ["/a", "/b"],
      );
      assert.deepEqual(
        await collect(store.readVersion("/b")),
        await collect(store.readVersion("/a")),
      );
      await store.removeAsset("/a");
      const [hit] = await store.searchText({ terms: ["walrus"] }, {}, 9);
      assert.deepEqual([hit?.asset, hit?.segment.speaker], ["/b", "Ann"]);
      assert.deepEqual(
        (await store.searchVector(vector(0, 1, 0, 0), {}, 1)).map(({ asset }) => asset),
        ["/b"],
      );
      assert.deepEqual(await store.findByFingerprint("none"), []);
    },
  },
  {
    law: "a deleted file answers nothing, is kept, and comes back as it was",
    async run(store) {
      await commit(store, "/a", [{ text: "walrus" }]);
      await commit(store, "/b", [{ text: "penguin" }]);
      await store.markDeleted(["/a", "/unknown"]);
      assert.deepEqual(await words(store, "walrus", "penguin"), ["penguin"]);
      assert.deepEqual(texts(await store.searchVector(vector(1, 0, 0, 0), {}, 9)), ["penguin"]);
      assert.equal((await store.getAsset("/a"))?.state, "deleted");
      assert.deepEqual(
        [(await store.counts()).assets.deleted, (await store.counts()).segments],
        [1, 1],
      );
      assert.deepEqual(
        (await store.findByFingerprint("f-/a")).map(({ state }) => state),
        ["deleted"],
      );
      await store.restore(place("/a"));
      assert.deepEqual(await words(store, "walrus"), ["walrus"]);
      assert.deepEqual(
        [(await store.getAsset("/a"))?.state, (await store.getAsset("/a"))?.sizeBytes],
        ["indexed", 77],
      );
      await store.markDeleted(["/a"]);
      await commit(store, "/a", [{ text: "walrus again" }]);
      assert.deepEqual(await words(store, "walrus"), ["walrus again"]);
    },
  },
  {
    law: "what was replaced is archived until it is purged, and so is what was deleted",
    async run(store) {
      await commit(store, "/a", [{ text: "old" }], { fingerprint: "one" });
      await commit(store, "/a", [{ text: "old" }], { fingerprint: "one" });
      assert.deepEqual(await store.listArchived(), []);
      await commit(store, "/a", [{ text: "new" }], { fingerprint: "two" });
      assert.deepEqual(
        (await store.listArchived()).map(({ id, fingerprint }) => [id, fingerprint]),
        [["/a", "one"]],
      );
      await commit(store, "/b", [{ text: "gone" }]);
      await store.markDeleted(["/b"]);
      assert.equal(await store.purge(Date.now() - 60_000), 0);
      assert.notEqual(await store.getAsset("/b"), undefined);
      assert.equal(await store.purge(Date.now() + 60_000), 2);
      assert.deepEqual(await store.listArchived(), []);
      assert.equal(await store.getAsset("/b"), undefined);
      assert.deepEqual(await words(store, "new"), ["new"]);
    },
  },
  {
    law: "what is archived is read with its words, oldest first, and can be added to another library once",
    async run(store) {
      await commit(
        store,
        "/a",
        [{ text: "oldest", speaker: "Ann", confidence: null }, { text: "words" }],
        { fingerprint: "one", durationMs: null, indexedAtMs: 1_700_000_000_000 },
      );
      await commit(store, "/a", [{ text: "newer" }], { fingerprint: "two" });
      await commit(store, "/a", [{ text: "newest" }], { fingerprint: "three" });
      const [first, second] = await collect(store.readArchived());
      assert.ok(first && second);
      assert.deepEqual([first.fingerprint, second.fingerprint], ["one", "two"]);
      assert.deepEqual(
        { ...first, archivedAtMs: 0 },
        {
          id: "/a",
          fingerprint: "one",
          archivedAtMs: 0,
          origin: "asr",
          engine: "e@1",
          language: "en",
          durationMs: null,
          indexedAtMs: 1_700_000_000_000,
          segments: [
            { index: 0, startMs: 0, endMs: 4000, text: "oldest", speaker: "Ann", confidence: null },
            { index: 1, startMs: 5000, endMs: 9000, text: "words", speaker: null, confidence: 0.5 },
          ],
        },
      );
      await store.addArchived(first);
      assert.equal((await store.listArchived()).length, 2);
      const elsewhere = { ...first, id: "/elsewhere", archivedAtMs: first.archivedAtMs + 1 };
      await store.addArchived(elsewhere);
      await store.addArchived(elsewhere);
      assert.deepEqual(
        (await collect(store.readArchived())).filter(({ id }) => id === "/elsewhere"),
        [elsewhere],
      );
      assert.equal(await store.getAsset("/elsewhere"), undefined);
      assert.deepEqual(await words(store, "oldest"), []);
    },
  },
  {
    law: "a version keeps the time when it was indexed, if it comes with one",
    async run(store) {
      await commit(store, "/a", [{ text: "x" }], { indexedAtMs: 1_600_000_000_123 });
      assert.equal((await store.getAsset("/a"))?.indexedAtMs, 1_600_000_000_123);
    },
  },
  {
    law: "counts what there is",
    async run(store) {
      await commit(store, "/a", [{ text: "x" }, { text: "y" }]);
      await store.commit(version("/b", [{ text: "z", vector: null }]));
      await store.recordFailure(place("/c"), "broken");
      await store.register([{ id: "/d", sizeBytes: 1, mtimeMs: 1 }]);
      const { assets, segments, vectors, durationMs } = await store.counts();
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
  {
    law: "takes as many commits at once as it claims",
    async run(store) {
      const ids = Array.from(
        { length: 5 * Math.min(store.capabilities.concurrentCommits, 10) },
        (_, i) => `/${i}`,
      );
      await Promise.all(ids.map((id) => commit(store, id, [{ text: `walrus ${id}` }])));
      assert.equal((await words(store, "walrus")).length, ids.length);
    },
  },
];
