import assert from "node:assert/strict";
import { MediasearchError } from "../errors.ts";
import type { EmbeddedSegment } from "../types.ts";
import type { AssetStatus, AssetVersion, Condition, Hit, SearchFilter, Store, StoreIdentity } from "./backend.ts";

/** A case goes here when every store must obey it. Each gets an empty store of its own. */
export interface StoreCase {
  readonly law: string;
  readonly run: (store: Store) => Promise<void>;
}

const MODEL: StoreIdentity = { embedder: "test@1", dimensions: 4 };
const AXES: readonly (readonly number[])[] = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]];
const vector = (...values: readonly number[]): Float32Array => {
  const length = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / length);
};

type Draft = Partial<EmbeddedSegment> & { readonly text: string };

function version(id: string, drafts: readonly Draft[], more: Partial<AssetVersion> = {}): AssetVersion {
  const segments = drafts.map((draft, index): EmbeddedSegment => ({
    index, startMs: index * 5000, endMs: index * 5000 + 4000, speaker: null, confidence: 0.5, vector: vector(...(AXES[index % 4] ?? [])), ...draft,
  }));
  return {
    id, sizeBytes: 10, mtimeMs: 20, fingerprint: `f-${id}`, captionsStat: "c", origin: "asr", engine: "e@1", language: "en", durationMs: 60_000, segments, ...more,
  };
}

const commit = (store: Store, ...args: Parameters<typeof version>): Promise<void> => store.commit(version(...args), MODEL);
const texts = (hits: readonly Hit[]): string[] => hits.map(({ segment }) => segment.text);
const words = async (store: Store, ...terms: string[]): Promise<string[]> => texts(await store.searchText({ terms }, {}, 100));
/** The texts that meet a condition, sorted; by words and by meaning they must be the same. */
async function meeting(store: Store, where: Condition, between = " "): Promise<string> {
  const sorted = (hits: readonly Hit[]): string => texts(hits).toSorted((a, b) => a.localeCompare(b, "en")).join(between);
  const hits = await store.searchText({ terms: [], termsOptional: true }, { where }, 100);
  const found = sorted(hits);
  assert.equal(sorted(await store.searchVector(vector(1, 1, 1, 1), { where }, 100)), found, JSON.stringify(where));
  assert.equal(await store.countText({ terms: [], termsOptional: true }, { where }), hits.length);
  return found;
}
const rejects = async (act: Promise<unknown>, code: string): Promise<void> => {
  await assert.rejects(act, (error) => error instanceof MediasearchError && error.code === code);
};
async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
const place = (id: string): { id: string; sizeBytes: number; mtimeMs: number; captionsStat: string } => ({ id, sizeBytes: 77, mtimeMs: 88, captionsStat: "d" });

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
      assert.deepEqual({ assets, segments, vectors, durationMs }, { assets: { registered: 0, indexed: 0, partial: 0, failed: 0, deleted: 0 }, segments: 0, vectors: 0, durationMs: 0 });
    },
  },
  {
    law: "gives every field back",
    async run(store) {
      const wanted = version("/a", [{ text: "Ünïcode 🌉 text", speaker: "Ann Lee", confidence: null, startMs: 1, endMs: 2 }, { text: "second", speaker: null, confidence: 0.25 }], { recordedAtMs: 1_600_000_000_001 });
      await store.commit(wanted, MODEL);
      assert.deepEqual(await collect(store.readVersion("/a")), wanted.segments);
      const status = (await store.getAsset("/a")) as AssetStatus;
      assert.ok(Math.abs((status.indexedAtMs ?? 0) - Date.now()) < 60_000);
      assert.deepEqual({ ...status, indexedAtMs: 0 }, {
        id: "/a", sizeBytes: 10, mtimeMs: 20, state: "indexed", fingerprint: "f-/a", captionsStat: "c", origin: "asr", engine: "e@1", language: "en",
        durationMs: 60_000, segmentCount: 2, speakers: ["Ann Lee"], error: null, indexedAtMs: 0, recordedAtMs: 1_600_000_000_001,
      });
      const [hit] = await store.searchText({ terms: ["second"] }, {}, 1);
      assert.deepEqual({ ...hit, score: 0 }, { asset: "/a", segment: { index: 1, startMs: 5000, endMs: 9000, text: "second", speaker: null, confidence: 0.25 }, score: 0, origin: "asr", engine: "e@1" });
      assert.deepEqual(await store.identity(), MODEL);
    },
  },
  {
    law: "reads the segments around a moment, as many as there are, without vectors",
    async run(store) {
      const { segments } = version("/a", ["zero", "one", "two", "three"].map((text) => ({ text })));
      await store.commit(version("/a", segments), MODEL);
      await commit(store, "/b", [{ text: "another file" }]);
      const plain = segments.map(({ index, startMs, endMs, text, speaker, confidence }) => ({ index, startMs, endMs, text, speaker, confidence }));
      assert.deepEqual(await store.readSegments("/a", 1, 2), plain.slice(1, 3));
      assert.deepEqual(await store.readSegments("/a", -5, 0), plain.slice(0, 1));
      assert.deepEqual(await store.readSegments("/a", 3, 99), plain.slice(3));
      assert.deepEqual(await store.readSegments("/a", 0, Number.MAX_SAFE_INTEGER), plain);
      assert.deepEqual([await store.readSegments("/a", 2, 1), await store.readSegments("/a", 4, 9), await store.readSegments("/none", 0, 9)], [[], [], []]);
    },
  },
  {
    law: "a duration that is not known stays so, and captions are captions",
    async run(store) {
      await commit(store, "/a", [{ text: "hello" }], { durationMs: null, origin: "captions", engine: "captions:srt", language: "und" });
      const status = await store.getAsset("/a");
      assert.deepEqual([status?.durationMs, status?.origin, status?.engine, status?.language], [null, "captions", "captions:srt", "und"]);
      assert.equal((await store.searchText({ terms: ["hello"] }, {}, 1))[0]?.origin, "captions");
    },
  },
  {
    law: "replaces a version whole: nothing of the old one is found, read or counted",
    async run(store) {
      await commit(store, "/a", [{ text: "walrus one" }, { text: "walrus two" }, { text: "walrus three" }]);
      await commit(store, "/a", [{ text: "penguin", vector: vector(0, 0, 0, 1) }], { fingerprint: "new" });
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
      await rejects(store.commit(version("/a", [{ text: "penguin" }]), { embedder: "other@1", dimensions: 4 }), "MODEL_MISMATCH");
      await rejects(store.commit(version("/a", [{ text: "penguin", vector: Float32Array.of(1, 0) }]), MODEL), "MODEL_MISMATCH");
      await rejects(store.commit(version("/b", [{ text: "good" }, { text: "penguin", vector: Float32Array.of(1, 0) }]), MODEL), "MODEL_MISMATCH");
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
      await rejects(store.commit(version("/b", [{ text: "penguin" }]), { ...MODEL, dimensions: 8 }), "MODEL_MISMATCH");
      assert.equal(await store.getAsset("/b"), undefined);
    },
  },
  {
    law: "a vector that is zero or not numbers is refused, and the old version stays",
    async run(store) {
      await commit(store, "/a", [{ text: "walrus" }]);
      for (const useless of [Float32Array.of(0, 0, 0, 0), Float32Array.of(1, NaN, 0, 0), Float32Array.of(Infinity, 0, 0, 0)])
        await rejects(store.commit(version("/a", [{ text: "good" }, { text: "penguin", vector: useless }]), MODEL), "BUG");
      assert.deepEqual(await words(store, "walrus", "good", "penguin"), ["walrus"]);
      assert.deepEqual((await store.searchVector(vector(1, 0, 0, 0), {}, 9)).map(({ score }) => score), [1]);
    },
  },
  {
    law: "what a caller does with a vector afterwards does not change the library, and a view into a longer array is stored as it is",
    async run(store) {
      const batch = Float32Array.of(9, 9, 9, 0, 1, 0, 0, 9);
      await commit(store, "/a", [{ text: "y", vector: batch.subarray(3, 7) }]);
      batch.fill(5);
      assert.deepEqual((await collect(store.readVersion("/a")))[0]?.vector, Float32Array.of(0, 1, 0, 0));
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
      assert.deepEqual((await collect(store.readVersion("/b"))).map(({ vector: one }) => one === null), [false, true]);
    },
  },
  {
    law: "a version without speech is indexed all the same",
    async run(store) {
      await commit(store, "/a", []);
      const status = await store.getAsset("/a");
      assert.deepEqual([status?.state, status?.segmentCount, status?.fingerprint], ["indexed", 0, "f-/a"]);
    },
  },
  {
    law: "a failure is noted and the earlier version goes on answering",
    async run(store) {
      await commit(store, "/a", [{ text: "walrus" }]);
      await store.recordFailure(place("/a"), "broken");
      await store.recordFailure(place("/b"), "not media");
      const status = await store.getAsset("/a");
      assert.deepEqual([status?.state, status?.error, status?.fingerprint, status?.sizeBytes, status?.captionsStat], ["failed", "broken", "f-/a", 77, "d"]);
      assert.deepEqual(await words(store, "walrus"), ["walrus"]);
      const other = await store.getAsset("/b");
      assert.deepEqual([other?.state, other?.error, other?.fingerprint, other?.segmentCount], ["failed", "not media", null, 0]);
      await commit(store, "/a", [{ text: "walrus" }]);
      assert.deepEqual([(await store.getAsset("/a"))?.state, (await store.getAsset("/a"))?.error], ["indexed", null]);
    },
  },
  {
    law: "touch notes the new facts and nothing else",
    async run(store) {
      await commit(store, "/a", [{ text: "walrus" }]);
      await store.touch(place("/a"));
      const status = await store.getAsset("/a");
      assert.deepEqual([status?.sizeBytes, status?.mtimeMs, status?.captionsStat, status?.fingerprint, status?.state], [77, 88, "d", "f-/a", "indexed"]);
      assert.deepEqual(await words(store, "walrus"), ["walrus"]);
    },
  },
  {
    law: "registers what is new, once, and leaves what is known",
    async run(store) {
      await commit(store, "/a", [{ text: "walrus" }]);
      const files = [{ id: "/a", sizeBytes: 1, mtimeMs: 1 }, { id: "/b", sizeBytes: 2, mtimeMs: 2 }];
      assert.equal(await store.register(files), 1);
      assert.equal(await store.register(files), 0);
      assert.deepEqual([(await store.getAsset("/a"))?.state, (await store.getAsset("/a"))?.sizeBytes], ["indexed", 10]);
      const added = await store.getAsset("/b");
      assert.deepEqual([added?.state, added?.fingerprint, added?.sizeBytes, added?.origin], ["registered", null, 2, null]);
    },
  },
  {
    law: "lists every asset once, by id in binary order, however many",
    async run(store) {
      const ids = ["/b", "/a", "/Z", "/ä", "/a/b", "/a.b", "/\u{1f600}", "/\uff5e", "/it's \"here\" %_", ...Array.from({ length: 1200 }, (_, i) => `/many/${String(i).padStart(5, "0")}`)];
      await store.register(ids.map((id) => ({ id, sizeBytes: 1, mtimeMs: 1 })));
      const listed = (await collect(store.listAssets())).map(({ id }) => id);
      assert.deepEqual(listed, ids.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
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
  {
    law: "any of the terms matches; stems, case and accents do not matter",
    async run(store) {
      await commit(store, "/a", [{ text: "She was Counting the votes." }, { text: "The café closed." }, { text: "Nothing of it." }]);
      assert.deepEqual((await words(store, "count", "cafe")).toSorted(), ["She was Counting the votes.", "The café closed."]);
      assert.deepEqual(await words(store, "closes"), ["The café closed."]);
      assert.deepEqual(await words(store, "counted"), ["She was Counting the votes."]);
      assert.deepEqual(await words(store), []);
    },
  },
  {
    law: "ranks by BM25: a rare word above a common one, more of the terms above fewer, a short text above a long one",
    async run(store) {
      await commit(store, "/a", [
        { text: "the committee met again" }, { text: "the committee spoke" }, { text: "the committee voted" }, { text: "a walrus came" },
        { text: "pears and apples" }, { text: "apples and a great many other things that were lying there on the long table" }, { text: "nothing" }, { text: "nobody" },
      ]);
      assert.equal((await words(store, "committee", "walrus"))[0], "a walrus came");
      assert.deepEqual(await words(store, "apples"), ["pears and apples", "apples and a great many other things that were lying there on the long table"]);
      const hits = await store.searchText({ terms: ["pears", "apples"] }, {}, 10);
      assert.equal(hits[0]?.segment.text, "pears and apples");
      assert.ok((hits[0]?.score ?? 0) > (hits[1]?.score ?? 0) && (hits[1]?.score ?? 0) > 0);
    },
  },
  {
    law: "speaker names are searchable",
    async run(store) {
      await commit(store, "/a", [{ text: "hello there", speaker: "Ada Moreau" }, { text: "goodbye", speaker: "Tom" }]);
      assert.deepEqual(await words(store, "moreau"), ["hello there"]);
    },
  },
  {
    law: "query text is never syntax",
    async run(store) {
      await commit(store, "/a", [{ text: "near or not and walrus" }, { text: "penguin" }]);
      for (const terms of [["x\0y", "walrus"], ['"', "walrus"], ["walrus", "NEAR("], Array.from({ length: 2000 }, (_, i) => `w${i}`).concat("walrus")])
        assert.deepEqual(await words(store, ...terms), ["near or not and walrus"]);
      for (const term of ['"', '"walrus', "*", "walrus*", "NEAR(", "a:b", "text:penguin", "-walrus", "^", "(", ")", "AND", "''", "🌉", "\0", "%", "_"]) await words(store, term);
      assert.deepEqual(await words(store, "NOT"), ["near or not and walrus"]);
      assert.deepEqual(await words(store, "pengu*"), []);
      assert.deepEqual(await words(store, "speaker:penguin"), []);
    },
  },
  {
    law: "finds by meaning: the nearest first, the cosine as its score",
    async run(store) {
      await commit(store, "/a", [{ text: "x" }, { text: "y" }, { text: "xy", vector: vector(1, 1, 0, 0) }]);
      const hits = await store.searchVector(vector(1, 0.1, 0, 0), {}, 2);
      assert.deepEqual(texts(hits), ["x", "xy"]);
      assert.ok(Math.abs((hits[0]?.score ?? 0) - 1 / Math.hypot(1, 0.1)) < 1e-5);
      await rejects(store.searchVector(Float32Array.of(1, 0), {}, 2), "MODEL_MISMATCH");
    },
  },
  {
    law: "filters come before the limit",
    async run(store) {
      await commit(store, "/a", [{ text: "walrus walrus walrus", speaker: "Joanna" }, { text: "walrus walrus", speaker: "Joanna", vector: vector(1, 0, 0, 0) }]);
      await commit(store, "/b", [{ text: "walrus and so many other words that it comes last of all", speaker: "Ann Lee", vector: vector(1, 1, 1, 1) }]);
      for (const filter of [{ assets: new Set(["/b"]) }, { speaker: "ann" }, { speaker: "ANN LEE" }, { speaker: "lee", assets: new Set(["/a", "/b"]) }]) {
        assert.deepEqual((await store.searchText({ terms: ["walrus"] }, filter, 1)).map(({ asset }) => asset), ["/b"]);
        assert.deepEqual((await store.searchVector(vector(1, 0, 0, 0), filter, 1)).map(({ asset }) => asset), ["/b"]);
      }
      for (const filter of [{ assets: new Set<string>() }, { speaker: "an" }, { speaker: "Joanna", assets: new Set(["/b"]) }]) {
        assert.deepEqual(await store.searchText({ terms: ["walrus"] }, filter, 9), []);
        assert.deepEqual(await store.searchVector(vector(1, 0, 0, 0), filter, 9), []);
      }
    },
  },
  {
    law: "conditions on files and segments hold in both ways of searching, alone and combined; what is not known meets no comparison",
    async run(store) {
      await commit(store, "/a", [{ text: "one", speaker: "Ann Lee", confidence: 0.9 }, { text: "two", speaker: null, confidence: null }], { language: "en-GB", origin: "captions", durationMs: 1000, mtimeMs: 5000 });
      await commit(store, "/b", [{ text: "three", speaker: "Tom", confidence: 0.3 }], { language: "de", durationMs: null, mtimeMs: 9000, recordedAtMs: 4000 });
      const cases: readonly (readonly [Condition, string])[] = [
        [{ speaker: "LEE" }, "one"], [{ not: { speaker: "ann" } }, "three two"], [{ assets: new Set(["/b", "/c"]) }, "three"], [{ assets: new Set() }, ""],
        [{ language: "EN" }, "one two"], [{ language: "en-gb" }, "one two"], [{ language: "e" }, ""], [{ origin: "captions" }, "one two"],
        [{ compare: "confidence", is: ">", value: 0.3 }, "one"], [{ compare: "confidence", is: ">=", value: 0.3 }, "one three"],
        [{ compare: "confidence", is: "<", value: 0.3 }, ""], [{ compare: "confidence", is: "<=", value: 0.3 }, "three"],
        [{ not: { compare: "confidence", is: "<", value: 2 } }, "two"], [{ compare: "durationMs", is: "<", value: 1001 }, "one two"], [{ not: { compare: "durationMs", is: "<", value: 1001 } }, "three"],
        [{ compare: "recordedAtMs", is: "<", value: 4500 }, "three"], [{ compare: "recordedAtMs", is: ">=", value: 5000 }, "one two"],
        [{ all: [] }, "one three two"], [{ any: [] }, ""], [{ all: [{ language: "en" }, { not: { speaker: "ann" } }] }, "two"],
        [{ any: [{ speaker: "tom" }, { all: [{ term: "one" }, { origin: "captions" }] }] }, "one three"], [{ not: { any: [{ term: "one" }, { phrase: "two" }] } }, "three"],
      ];
      for (const [where, wanted] of cases) assert.equal(await meeting(store, where), wanted, JSON.stringify(where));
      assert.equal(texts(await store.searchText({ terms: ["one", "two", "three"] }, { where: { speaker: "tom" } }, 1)).join(), "three");
      assert.equal(texts(await store.searchVector(vector(1, 0, 0, 0), { speaker: "ann", where: { not: { term: "one" } } }, 1)).join(), "");
    },
  },
  {
    law: "a phrase is its exact words in a row, also from the end of one segment into the next of the same version",
    async run(store) {
      await commit(store, "/a", [{ text: "We meet again next" }, { text: "Year, he said: “the café closes”" }, { text: "years of next to nothing" }, { text: "the next years" }]);
      await commit(store, "/b", [{ text: "what is next" }]);
      await commit(store, "/c", [{ text: "year one", speaker: "Ann Lee" }]);
      for (const [phrase, wanted] of [
        ["next year", "We meet again next"], ["NEXT  YEAR!", "We meet again next"], ["the cafe closes", "Year, he said: “the café closes”"], ["cafe close", ""], ["year", "year one|Year, he said: “the café closes”"],
        ["closes years of", "Year, he said: “the café closes”"], ["closes years off", ""], ["Ann Lee", "year one"], ["?!", ""], ["again next year he", "We meet again next"],
      ] as const) assert.equal(await meeting(store, { phrase }, "|"), wanted, phrase);
      assert.equal(await meeting(store, { not: { phrase: "next year" } }, "|"), "the next years|what is next|year one|Year, he said: “the café closes”|years of next to nothing");
    },
  },
  {
    law: "a prefix finds every word that begins so, whatever its stem, and no other",
    async run(store) {
      await commit(store, "/a", ["communities", "commune", "community", "a commission", "being", "beings", "best", "hoping", "hop", "relational", "relation", "relatives", "Évaluer", "nations", "x-ray"].map((text) => ({ text })));
      for (const [prefix, wanted] of [
        ["communi", "communities community"], ["commun", "commune communities community"], ["be", "being beings best"], ["bein", "being beings"], ["being", "being beings"], ["hopin", "hoping"], ["relation", "relation relational"],
        ["eval", "Évaluer"], ["ÉVA", "Évaluer"], ["national", ""], ["nation", "nations"], ["zzz", ""], ["xr", ""], ["ra", "x-ray"], ["*", ""],
      ] as const) assert.equal(await meeting(store, { term: { prefix } }), wanted, prefix);
      const ranked = await store.searchText({ terms: [{ prefix: "commis" }, "best"] }, {}, 9);
      assert.deepEqual(texts(ranked).toSorted(), ["a commission", "best"]);
    },
  },
  {
    law: "words in scripts without spaces are found, whole and in part, and a copy's too",
    async run(store) {
      await commit(store, "/a", ["我喜欢图书馆。", "図書館はどこですか", "도서관에서 만나요", "ห้องสมุดอยู่ที่ไหน", "我的iPhone手机", "ﾃﾚﾋﾞを見る", "plain words"].map((text) => ({ text })));
      for (const [term, wanted] of [
        ["图书馆", "我喜欢图书馆。"], ["图书", "我喜欢图书馆。"], ["馆", "我喜欢图书馆。"], ["書馆", ""], ["図書館", "図書館はどこですか"], ["도서관", "도서관에서 만나요"], ["만나", "도서관에서 만나요"], ["ห้องสมุด", "ห้องสมุดอยู่ที่ไหน"],
        ["iphone", "我的iPhone手机"], ["手机", "我的iPhone手机"], ["iPhone手机", "我的iPhone手机"], ["テレビ", "ﾃﾚﾋﾞを見る"], ["词", ""],
      ] as const) {
        assert.equal(await meeting(store, { term }), wanted, term);
        assert.equal(await meeting(store, { phrase: term }), wanted, `phrase ${term}`);
        assert.equal(texts(await store.searchText({ terms: [term] }, {}, 9)).join(" "), wanted, `ranked ${term}`);
      }
      await store.copyVersion("/a", place("/b"));
      await store.removeAsset("/a");
      assert.equal(await meeting(store, { term: "图书馆" }), "我喜欢图书馆。");
      await store.removeAsset("/b");
      assert.equal(await meeting(store, { term: "图书馆" }), "");
    },
  },
  {
    law: "with optional terms all that meets the filter is found: what has them first, the rest by asset and position with score 0",
    async run(store) {
      await commit(store, "/b", [{ text: "walrus", speaker: "Ann" }, { text: "penguin", speaker: "Ann" }, { text: "walrus", speaker: "Tom" }]);
      await commit(store, "/a", [{ text: "seal", speaker: "Ann" }]);
      const ask = (terms: readonly string[], limit: number) => store.searchText({ terms, termsOptional: true }, { where: { speaker: "ann" } }, limit);
      assert.deepEqual(texts(await ask(["walrus"], 9)), ["walrus", "seal", "penguin"]);
      assert.deepEqual((await ask(["walrus"], 9)).map(({ score }) => score > 0), [true, false, false]);
      assert.deepEqual(texts(await ask(["walrus"], 2)), ["walrus", "seal"]);
      assert.deepEqual(texts(await ask([], 9)), ["seal", "walrus", "penguin"]);
      assert.equal(await store.countText({ terms: ["walrus"], termsOptional: true }, { where: { speaker: "ann" } }), 3);
    },
  },
  {
    law: "gives at most the limit, the best ones, ties by asset and position",
    async run(store) {
      for (const id of ["/c", "/a", "/b"]) await commit(store, id, [{ text: "same words", vector: vector(1, 0, 0, 0) }, { text: "same words", vector: vector(1, 0, 0, 0) }]);
      const order = (hits: readonly Hit[]): string => hits.map(({ asset, segment }) => asset + segment.index).join(" ");
      assert.equal(order(await store.searchText({ terms: ["same"] }, {}, 6)), "/a0 /a1 /b0 /b1 /c0 /c1");
      const five = order(await store.searchText({ terms: ["same"] }, {}, 5)).split(" ");
      assert.deepEqual([five.length, five], [5, five.toSorted()]);
      assert.equal(order(await store.searchText({ terms: ["same"] }, {}, 5)), five.join(" "));
      assert.equal(order(await store.searchVector(vector(1, 0, 0, 0), {}, 5)), "/a0 /a1 /b0 /b1 /c0");
    },
  },
  {
    law: "counts every segment that has any of the terms and meets the filter, however many",
    async run(store) {
      await commit(store, "/a", Array.from({ length: 1500 }, (_, i) => ({ text: i % 3 === 0 ? "walrus" : "penguin", speaker: i % 2 === 0 ? "Ann" : "Tom" })));
      await commit(store, "/b", [{ text: "a walrus and a penguin" }]);
      await commit(store, "/c", [{ text: "walrus" }]);
      await store.markDeleted(["/c"]);
      const count = (terms: readonly string[], filter: SearchFilter = {}): Promise<number> => store.countText({ terms }, filter);
      assert.deepEqual(await Promise.all([count(["walrus"]), count(["walrus", "penguins"]), count(["nothing"]), count([])]), [501, 1501, 0, 0]);
      assert.deepEqual(await Promise.all([count(["walrus"], { assets: new Set(["/b"]) }), count(["walrus"], { speaker: "tom" }), count(["walrus"], { assets: new Set() })]), [1, 250, 0]);
    },
  },
  {
    law: "re-embedding replaces every vector and the model in one step",
    async run(store) {
      await commit(store, "/a", [{ text: "x" }, { text: "y" }]);
      await store.commit(version("/b", [{ text: "z", vector: null }]));
      const fresh: StoreIdentity = { embedder: "test@2", dimensions: 2 };
      const progress: number[] = [];
      await store.reembed(fresh, async (segments) => segments.map(({ text }) => (text === "z" ? vector(0, 1) : vector(1, 0))), (done) => progress.push(done));
      assert.deepEqual(await store.identity(), fresh);
      assert.equal(texts(await store.searchVector(vector(0, 1), {}, 1))[0], "z");
      assert.equal((await store.getAsset("/b"))?.state, "indexed");
      assert.equal(progress.at(-1), 3);
      await rejects(store.commit(version("/c", [{ text: "old" }]), MODEL), "MODEL_MISMATCH");
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
      const vectors = (await collect(store.readVersion("/z"))).map(({ vector: one }) => one && [...one]);
      for (const one of vectors) assert.ok(one === null || (one[0] === 1 && one.length === 2), `${String(one)} is not of the new words`);
      assert.equal((await store.getAsset("/z"))?.state, vectors.includes(null) ? "partial" : "indexed");
      assert.equal((await store.getAsset("/a"))?.state, "indexed");
      assert.equal((await store.counts()).vectors, 1 + vectors.filter((one) => one !== null).length);
    },
  },
  {
    law: "re-embedding takes only a usable vector of the right length for every text",
    async run(store) {
      await commit(store, "/a", [{ text: "x" }, { text: "y" }]);
      for (const made of [[], [vector(1, 0)], [vector(1, 0), vector(1, 0, 0)], [vector(1, 0), Float32Array.of(0, 0)]])
        await rejects(store.reembed({ embedder: "test@2", dimensions: 2 }, async () => made), "BUG");
      assert.deepEqual(await store.identity(), MODEL);
      assert.deepEqual(texts(await store.searchVector(vector(1, 0, 0, 0), {}, 1)), ["x"]);
    },
  },
  {
    law: "re-embedding that fails leaves the old vectors and model",
    async run(store) {
      await commit(store, "/a", [{ text: "x" }]);
      await assert.rejects(store.reembed({ embedder: "test@2", dimensions: 2 }, async () => { throw new Error("no model"); }));
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
      assert.deepEqual([status?.state, status?.fingerprint, status?.sizeBytes, status?.mtimeMs, status?.captionsStat, status?.segmentCount], ["indexed", "f-/a", 77, 88, "d", 1]);
      assert.deepEqual((await store.searchText({ terms: ["walrus"] }, {}, 9)).map(({ asset }) => asset), ["/b"]);
      assert.deepEqual((await store.searchVector(vector(1, 0, 0, 0), {}, 9)).map(({ asset }) => asset), ["/b"]);
    },
  },
  {
    law: "the same content at two places is found at both, each on its own afterwards",
    async run(store) {
      await commit(store, "/a", [{ text: "walrus", speaker: "Ann" }, { text: "second" }]);
      await store.copyVersion("/a", place("/b"));
      assert.deepEqual((await store.findByFingerprint("f-/a")).map(({ id }) => id), ["/a", "/b"]);
      assert.deepEqual(await collect(store.readVersion("/b")), await collect(store.readVersion("/a")));
      await store.removeAsset("/a");
      const [hit] = await store.searchText({ terms: ["walrus"] }, {}, 9);
      assert.deepEqual([hit?.asset, hit?.segment.speaker], ["/b", "Ann"]);
      assert.deepEqual((await store.searchVector(vector(0, 1, 0, 0), {}, 1)).map(({ asset }) => asset), ["/b"]);
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
      assert.deepEqual([(await store.counts()).assets.deleted, (await store.counts()).segments], [1, 1]);
      assert.deepEqual((await store.findByFingerprint("f-/a")).map(({ state }) => state), ["deleted"]);
      await store.restore(place("/a"));
      assert.deepEqual(await words(store, "walrus"), ["walrus"]);
      assert.deepEqual([(await store.getAsset("/a"))?.state, (await store.getAsset("/a"))?.sizeBytes], ["indexed", 77]);
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
      assert.deepEqual((await store.listArchived()).map(({ id, fingerprint }) => [id, fingerprint]), [["/a", "one"]]);
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
      await commit(store, "/a", [{ text: "oldest", speaker: "Ann", confidence: null }, { text: "words" }], { fingerprint: "one", durationMs: null, indexedAtMs: 1_700_000_000_000 });
      await commit(store, "/a", [{ text: "newer" }], { fingerprint: "two" });
      await commit(store, "/a", [{ text: "newest" }], { fingerprint: "three" });
      const [first, second] = await collect(store.readArchived());
      assert.ok(first && second);
      assert.deepEqual([first.fingerprint, second.fingerprint], ["one", "two"]);
      assert.deepEqual({ ...first, archivedAtMs: 0 }, {
        id: "/a", fingerprint: "one", archivedAtMs: 0, origin: "asr", engine: "e@1", language: "en", durationMs: null, indexedAtMs: 1_700_000_000_000,
        segments: [
          { index: 0, startMs: 0, endMs: 4000, text: "oldest", speaker: "Ann", confidence: null },
          { index: 1, startMs: 5000, endMs: 9000, text: "words", speaker: null, confidence: 0.5 },
        ],
      });
      await store.addArchived(first);
      assert.equal((await store.listArchived()).length, 2);
      const elsewhere = { ...first, id: "/elsewhere", archivedAtMs: first.archivedAtMs + 1 };
      await store.addArchived(elsewhere);
      await store.addArchived(elsewhere);
      assert.deepEqual((await collect(store.readArchived())).filter(({ id }) => id === "/elsewhere"), [elsewhere]);
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
      assert.deepEqual({ assets, segments, vectors, durationMs }, { assets: { registered: 1, indexed: 1, partial: 1, failed: 1, deleted: 0 }, segments: 3, vectors: 2, durationMs: 120_000 });
    },
  },
  {
    law: "takes as many commits at once as it claims",
    async run(store) {
      const ids = Array.from({ length: 5 * Math.min(store.capabilities.concurrentCommits, 10) }, (_, i) => `/${i}`);
      await Promise.all(ids.map((id) => commit(store, id, [{ text: `walrus ${id}` }])));
      assert.equal((await words(store, "walrus")).length, ids.length);
    },
  },
];
