import assert from "node:assert/strict";
import type { AssetStatus } from "./catalog.ts";
import {
  MODEL,
  collect,
  commit,
  place,
  rejects,
  texts,
  vector,
  version,
  words,
  type LibraryCase,
} from "./library-case.contract.ts";

/** The law of `Versions`. */
export const VERSIONS_CASES: readonly LibraryCase[] = [
  {
    law: "gives every field back",
    async run(library) {
      const wanted = version(
        "/a",
        [
          { text: "Ünïcode 🌉 text", speaker: "Ann Lee", confidence: null, startMs: 1, endMs: 2 },
          { text: "second", speaker: null, confidence: 0.25 },
        ],
        { recordedAtMs: 1_600_000_000_001 },
      );
      await library.versions.commit(wanted, MODEL);
      assert.deepEqual(await collect(library.versions.read("/a")), wanted.segments);
      const status = (await library.catalog.get("/a")) as AssetStatus;
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
      const [hit] = await library.searchIndex.searchText({ terms: ["second"] }, {}, 1);
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
          language: "en",
        },
      );
      assert.deepEqual(await library.embeddings.model(), MODEL);
    },
  },
  {
    law: "reads the segments around a moment, as many as there are, without vectors",
    async run(library) {
      const { segments } = version(
        "/a",
        ["zero", "one", "two", "three"].map((text) => ({ text })),
      );
      await library.versions.commit(version("/a", segments), MODEL);
      await commit(library, "/b", [{ text: "another file" }]);
      const plain = segments.map(({ index, startMs, endMs, text, speaker, confidence }) => ({
        index,
        startMs,
        endMs,
        text,
        speaker,
        confidence,
      }));
      assert.deepEqual(await library.versions.readSegments("/a", 1, 2), plain.slice(1, 3));
      assert.deepEqual(await library.versions.readSegments("/a", -5, 0), plain.slice(0, 1));
      assert.deepEqual(await library.versions.readSegments("/a", 3, 99), plain.slice(3));
      assert.deepEqual(
        await library.versions.readSegments("/a", 0, Number.MAX_SAFE_INTEGER),
        plain,
      );
      assert.deepEqual(
        [
          await library.versions.readSegments("/a", 2, 1),
          await library.versions.readSegments("/a", 4, 9),
          await library.versions.readSegments("/none", 0, 9),
        ],
        [[], [], []],
      );
    },
  },
  {
    law: "a duration that is not known stays so, and captions are captions",
    async run(library) {
      await commit(library, "/a", [{ text: "hello" }], {
        durationMs: null,
        origin: "captions",
        engine: "captions:srt",
        language: "und",
      });
      const status = await library.catalog.get("/a");
      assert.deepEqual(
        [status?.durationMs, status?.origin, status?.engine, status?.language],
        [null, "captions", "captions:srt", "und"],
      );
      assert.equal(
        (await library.searchIndex.searchText({ terms: ["hello"] }, {}, 1))[0]?.origin,
        "captions",
      );
    },
  },
  {
    law: "replaces a version whole: nothing of the old one is found, read or counted",
    async run(library) {
      await commit(library, "/a", [
        { text: "walrus one" },
        { text: "walrus two" },
        { text: "walrus three" },
      ]);
      await commit(library, "/a", [{ text: "penguin", vector: vector(0, 0, 0, 1) }], {
        fingerprint: "new",
      });
      assert.deepEqual(await words(library, "walrus"), []);
      assert.deepEqual(await words(library, "penguin"), ["penguin"]);
      assert.deepEqual(texts(await library.searchIndex.searchVector(vector(1, 0, 0, 0), {}, 10)), [
        "penguin",
      ]);
      assert.equal((await collect(library.versions.read("/a"))).length, 1);
      assert.equal((await library.catalog.get("/a"))?.fingerprint, "new");
      const { segments, vectors } = await library.catalog.counts();
      assert.deepEqual([segments, vectors], [1, 1]);
    },
  },
  {
    law: "the same commit again changes nothing",
    async run(library) {
      await commit(library, "/a", [{ text: "walrus" }]);
      await commit(library, "/a", [{ text: "walrus" }]);
      assert.deepEqual(await words(library, "walrus"), ["walrus"]);
      assert.equal((await library.catalog.counts()).segments, 1);
    },
  },
  {
    law: "a commit that is refused keeps what was there",
    async run(library) {
      await commit(library, "/a", [{ text: "walrus" }]);
      await rejects(
        library.versions.commit(version("/a", [{ text: "penguin" }]), {
          embedder: "other@1",
          dimensions: 4,
        }),
        "MODEL_MISMATCH",
      );
      await rejects(
        library.versions.commit(
          version("/a", [{ text: "penguin", vector: Float32Array.of(1, 0) }]),
          MODEL,
        ),
        "MODEL_MISMATCH",
      );
      await rejects(
        library.versions.commit(
          version("/b", [{ text: "good" }, { text: "penguin", vector: Float32Array.of(1, 0) }]),
          MODEL,
        ),
        "MODEL_MISMATCH",
      );
      assert.deepEqual(await words(library, "walrus"), ["walrus"]);
      assert.deepEqual(await words(library, "penguin", "good"), []);
      assert.deepEqual((await library.catalog.get("/a"))?.state, "indexed");
      assert.equal(await library.catalog.get("/b"), undefined);
    },
  },
  {
    law: "the same model's name with other dimensions is another model",
    async run(library) {
      await commit(library, "/a", [{ text: "walrus" }]);
      await rejects(
        library.versions.commit(version("/b", [{ text: "penguin" }]), { ...MODEL, dimensions: 8 }),
        "MODEL_MISMATCH",
      );
      assert.equal(await library.catalog.get("/b"), undefined);
    },
  },
  {
    law: "a vector that is zero or not numbers is refused, and the old version stays",
    async run(library) {
      await commit(library, "/a", [{ text: "walrus" }]);
      for (const useless of [
        Float32Array.of(0, 0, 0, 0),
        Float32Array.of(1, NaN, 0, 0),
        Float32Array.of(Infinity, 0, 0, 0),
      ])
        await rejects(
          library.versions.commit(
            version("/a", [{ text: "good" }, { text: "penguin", vector: useless }]),
            MODEL,
          ),
          "BUG",
        );
      assert.deepEqual(await words(library, "walrus", "good", "penguin"), ["walrus"]);
      assert.deepEqual(
        (await library.searchIndex.searchVector(vector(1, 0, 0, 0), {}, 9)).map(
          ({ score }) => score,
        ),
        [1],
      );
    },
  },
  {
    law: "what a caller does with a vector afterwards does not change the library, and a view into a longer array is stored as it is",
    async run(library) {
      const batch = Float32Array.of(9, 9, 9, 0, 1, 0, 0, 9);
      await commit(library, "/a", [{ text: "y", vector: batch.subarray(3, 7) }]);
      batch.fill(5);
      assert.deepEqual(
        (await collect(library.versions.read("/a")))[0]?.vector,
        Float32Array.of(0, 1, 0, 0),
      );
    },
  },
  {
    law: "vectors need their model's name",
    async run(library) {
      await rejects(library.versions.commit(version("/a", [{ text: "walrus" }])), "MODEL_MISMATCH");
      assert.equal(await library.catalog.get("/a"), undefined);
    },
  },
  {
    law: "a version without vectors is partial, found by words, and sets no model",
    async run(library) {
      await library.versions.commit(version("/a", [{ text: "walrus", vector: null }]));
      assert.equal((await library.catalog.get("/a"))?.state, "partial");
      assert.equal(await library.embeddings.model(), undefined);
      assert.deepEqual(await words(library, "walrus"), ["walrus"]);
      await library.versions.commit(
        version("/b", [{ text: "one" }, { text: "two", vector: null }]),
        MODEL,
      );
      assert.equal((await library.catalog.get("/b"))?.state, "partial");
      assert.deepEqual(texts(await library.searchIndex.searchVector(vector(1, 1, 1, 1), {}, 10)), [
        "one",
      ]);
      assert.deepEqual(
        (await collect(library.versions.read("/b"))).map(({ vector: one }) => one === null),
        [false, true],
      );
    },
  },
  {
    law: "a version without speech is indexed all the same",
    async run(library) {
      await commit(library, "/a", []);
      const status = await library.catalog.get("/a");
      assert.deepEqual(
        [status?.state, status?.segmentCount, status?.fingerprint],
        ["indexed", 0, "f-/a"],
      );
    },
  },
  {
    law: "a file that moved takes everything with it",
    async run(library) {
      await commit(library, "/a", [{ text: "walrus", speaker: "Ann" }]);
      await library.catalog.register([{ id: "/b", sizeBytes: 1, mtimeMs: 1 }]);
      await library.versions.move("/a", place("/b"));
      assert.equal(await library.catalog.get("/a"), undefined);
      const status = await library.catalog.get("/b");
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
        (await library.searchIndex.searchText({ terms: ["walrus"] }, {}, 9)).map(
          ({ asset }) => asset,
        ),
        ["/b"],
      );
      assert.deepEqual(
        (await library.searchIndex.searchVector(vector(1, 0, 0, 0), {}, 9)).map(
          ({ asset }) => asset,
        ),
        ["/b"],
      );
    },
  },
  {
    law: "the same content at two places is found at both, each on its own afterwards",
    async run(library) {
      await commit(library, "/a", [{ text: "walrus", speaker: "Ann" }, { text: "second" }]);
      await library.versions.copy("/a", place("/b"));
      assert.deepEqual(
        (await library.versions.findByFingerprint("f-/a")).map(({ id }) => id),
        ["/a", "/b"],
      );
      assert.deepEqual(
        await collect(library.versions.read("/b")),
        await collect(library.versions.read("/a")),
      );
      await library.catalog.remove("/a");
      const [hit] = await library.searchIndex.searchText({ terms: ["walrus"] }, {}, 9);
      assert.deepEqual([hit?.asset, hit?.segment.speaker], ["/b", "Ann"]);
      assert.deepEqual(
        (await library.searchIndex.searchVector(vector(0, 1, 0, 0), {}, 1)).map(
          ({ asset }) => asset,
        ),
        ["/b"],
      );
      assert.deepEqual(await library.versions.findByFingerprint("none"), []);
    },
  },
  {
    law: "a version gets another fingerprint without being archived",
    async run(library) {
      await commit(library, "/a", [{ text: "walrus" }], { fingerprint: "one" });
      await library.versions.restamp("/a", "two");
      await library.versions.restamp("/absent", "two");
      assert.equal((await library.catalog.get("/a"))?.fingerprint, "two");
      assert.deepEqual(
        (await library.versions.findByFingerprint("two")).map(({ id }) => id),
        ["/a"],
      );
      assert.deepEqual(await library.archive.list(), []);
      assert.deepEqual(await words(library, "walrus"), ["walrus"]);
      await commit(library, "/a", [{ text: "walrus" }], { fingerprint: "two" });
      assert.deepEqual(await library.archive.list(), []);
    },
  },
  {
    law: "files are found by the beginning of their fingerprint, deleted ones too",
    async run(library) {
      await commit(library, "/b", [{ text: "walrus" }], { fingerprint: "2|abc|en|local" });
      await commit(library, "/a", [{ text: "walrus" }], { fingerprint: "2|abc||local|edited-1" });
      await commit(library, "/c", [{ text: "walrus" }], { fingerprint: "2|abcd||local" });
      await library.catalog.markDeleted(["/b"]);
      assert.deepEqual(
        (await library.versions.findByPrefix("2|abc|")).map(({ id }) => id),
        ["/a", "/b"],
      );
      assert.deepEqual(await library.versions.findByPrefix("2|ab|"), []);
    },
  },
  {
    law: "a version keeps the time when it was indexed, if it comes with one",
    async run(library) {
      await commit(library, "/a", [{ text: "x" }], { indexedAtMs: 1_600_000_000_123 });
      assert.equal((await library.catalog.get("/a"))?.indexedAtMs, 1_600_000_000_123);
    },
  },
  {
    law: "takes as many commits at once as it claims",
    async run(library) {
      const ids = Array.from(
        { length: 5 * Math.min(library.versions.concurrentCommits, 10) },
        (_, i) => `/${i}`,
      );
      await Promise.all(ids.map((id) => commit(library, id, [{ text: `walrus ${id}` }])));
      assert.equal((await words(library, "walrus")).length, ids.length);
    },
  },
];
