import assert from "node:assert/strict";
import type { Condition } from "./search-index.ts";
import type { Hit } from "./search-index.ts";
import type { SearchFilter } from "./search-index.ts";
import {
  commit,
  meeting,
  place,
  rejects,
  texts,
  vector,
  words,
  type LibraryCase,
} from "./library-case.contract.ts";
import { TEXT_PATTERN_CASES } from "./text-patterns.contract.ts";
import { INFLECTION_CASES } from "./inflections.contract.ts";
import { WORD_WEIGHT_CASES } from "./word-weights.contract.ts";

/** The law of `SearchIndex`. */
export const SEARCH_INDEX_CASES: readonly LibraryCase[] = [
  {
    law: "any of the terms matches; stems, case and accents do not matter",
    async run(library) {
      await commit(library, "/a", [
        { text: "She was Counting the votes." },
        { text: "The café closed." },
        { text: "Nothing of it." },
      ]);
      assert.deepEqual((await words(library, "count", "cafe")).toSorted(), [
        "She was Counting the votes.",
        "The café closed.",
      ]);
      assert.deepEqual(await words(library, "closes"), ["The café closed."]);
      assert.deepEqual(await words(library, "counted"), ["She was Counting the votes."]);
      assert.deepEqual(await words(library), []);
    },
  },
  {
    law: "ranks by BM25: a rare word above a common one, more of the terms above fewer, a short text above a long one",
    async run(library) {
      await commit(library, "/a", [
        { text: "the committee met again" },
        { text: "the committee spoke" },
        { text: "the committee voted" },
        { text: "a walrus came" },
        { text: "pears and apples" },
        { text: "apples and a great many other things that were lying there on the long table" },
        { text: "nothing" },
        { text: "nobody" },
      ]);
      assert.equal((await words(library, "committee", "walrus"))[0], "a walrus came");
      assert.deepEqual(await words(library, "apples"), [
        "pears and apples",
        "apples and a great many other things that were lying there on the long table",
      ]);
      const hits = await library.searchIndex.searchText({ terms: ["pears", "apples"] }, {}, 10);
      assert.equal(hits[0]?.segment.text, "pears and apples");
      assert.ok((hits[0]?.score ?? 0) > (hits[1]?.score ?? 0) && (hits[1]?.score ?? 0) > 0);
    },
  },
  {
    law: "equal hits are in the order of files and segments, whatever the limit",
    async run(library) {
      for (const file of ["/z", "/b", "/a"])
        await commit(
          library,
          file,
          Array.from({ length: 4 }, () => ({ text: "the walrus sleeps" })),
        );
      for (const filter of [{}, { where: { language: "en" } }]) {
        const keys = async (limit: number): Promise<string[]> =>
          (await library.searchIndex.searchText({ terms: ["walrus"] }, filter, limit)).map(
            ({ asset, segment }) => `${asset}${segment.index}`,
          );
        const all = await keys(100);
        assert.deepEqual(all, all.toSorted());
        for (let limit = 0; limit <= all.length; limit++)
          assert.deepEqual(await keys(limit), all.slice(0, limit));
      }
    },
  },
  {
    law: "words are found however they are written: folded letters, marks, invisible signs, apostrophes, digits",
    async run(library) {
      const lines: Readonly<Record<string, readonly string[]>> = {
        "Die Straße ist gesperrt": ["strasse", "STRASSE", "straße"],
        "Η Αθήνα είναι μεγάλη": ["αθηνα", "ΑΘΗΝΑ", "Αθήνα"],
        "ο δρόμος": ["δρομοσ", "ΔΡΟΜΟΣ", "δρόμος"],
        "Мы ещё здесь": ["еще", "ЕЩЁ"],
        "mieszkam w Łodzi": ["lodzi", "łodzi"],
        "bron til Øresund": ["oresund", "øresund"],
        "Diyarbakır'da": ["diyarbakir", "DİYARBAKIR"],
        "ذهب أَحْمَد إلى المدرسة": ["احمد", "أحمد"],
        "می\u200cخواهم بروم": ["میخواهم", "می\u200cخواهم"],
        "they don’t know": ["dont", "don't"],
        "ask O'Brien first": ["obrien", "o'brien", "O’Brien"],
        "the Wirt\u00adschaft grows": ["wirtschaft", "Wirt\u00adschaft"],
        "the ﬁnal oﬃce": ["final", "office"],
        "ｆｕｌｌ ｗｉｄｔｈ": ["full", "width"],
        "שָׁלוֹם לכולם": ["שלום"],
        "it costs 1,234,567 euros": ["1234567"],
        "عام ٢٠٢٦": ["2026"],
      };
      await commit(
        library,
        "/a",
        Object.keys(lines).map((text) => ({ text })),
      );
      for (const [line, terms] of Object.entries(lines))
        for (const term of terms) assert.deepEqual(await words(library, term), [line], term);
      assert.equal(
        await meeting(library, { phrase: "die strasse IST" }),
        "Die Straße ist gesperrt",
      );
    },
  },
  {
    law: "speaker names are searchable",
    async run(library) {
      await commit(library, "/a", [
        { text: "hello there", speaker: "Ada Moreau" },
        { text: "goodbye", speaker: "Tom" },
      ]);
      assert.deepEqual(await words(library, "moreau"), ["hello there"]);
    },
  },
  {
    law: "query text is never syntax",
    async run(library) {
      await commit(library, "/a", [{ text: "near or not and walrus" }, { text: "penguin" }]);
      for (const terms of [
        ["x\0y", "walrus"],
        ['"', "walrus"],
        ["walrus", "NEAR("],
        Array.from({ length: 2000 }, (_, i) => `w${i}`).concat("walrus"),
      ])
        assert.deepEqual(await words(library, ...terms), ["near or not and walrus"]);
      for (const term of [
        '"',
        '"walrus',
        "*",
        "walrus*",
        "NEAR(",
        "a:b",
        "text:penguin",
        "-walrus",
        "^",
        "(",
        ")",
        "AND",
        "''",
        "🌉",
        "\0",
        "%",
        "_",
      ])
        await words(library, term);
      assert.deepEqual(await words(library, "NOT"), ["near or not and walrus"]);
      assert.deepEqual(await words(library, "pengu*"), []);
      assert.deepEqual(await words(library, "speaker:penguin"), []);
    },
  },
  {
    law: "finds by meaning: the nearest first, the inner product as its score",
    async run(library) {
      await commit(library, "/a", [
        { text: "x" },
        { text: "y" },
        { text: "xy", vector: vector(1, 1, 0, 0) },
      ]);
      const hits = await library.searchIndex.searchVector(vector(1, 0.1, 0, 0), {}, 2);
      assert.deepEqual(texts(hits), ["x", "xy"]);
      assert.ok(Math.abs((hits[0]?.score ?? 0) - 1 / Math.hypot(1, 0.1)) < 1e-5);
      await rejects(
        library.searchIndex.searchVector(Float32Array.of(1, 0), {}, 2),
        "MODEL_MISMATCH",
      );
      await commit(library, "/b", [{ text: "shorter", vector: Float32Array.of(0.5, 0, 0, 0) }]);
      assert.deepEqual(
        (await library.searchIndex.searchVector(vector(1, 0, 0, 0), {}, 9)).map(
          ({ segment, score }) => [segment.text, Math.round(score * 1000)],
        ),
        [
          ["x", 1000],
          ["xy", 707],
          ["shorter", 500],
          ["y", 0],
        ],
      );
    },
  },
  {
    law: "filters come before the limit",
    async run(library) {
      await commit(library, "/a", [
        { text: "walrus walrus walrus", speaker: "Joanna" },
        { text: "walrus walrus", speaker: "Joanna", vector: vector(1, 0, 0, 0) },
      ]);
      await commit(library, "/b", [
        {
          text: "walrus and so many other words that it comes last of all",
          speaker: "Ann Lee",
          vector: vector(1, 1, 1, 1),
        },
      ]);
      for (const filter of [
        { assets: new Set(["/b"]) },
        { speaker: "ann" },
        { speaker: "ANN LEE" },
        { speaker: "lee", assets: new Set(["/a", "/b"]) },
      ]) {
        assert.deepEqual(
          (await library.searchIndex.searchText({ terms: ["walrus"] }, filter, 1)).map(
            ({ asset }) => asset,
          ),
          ["/b"],
        );
        assert.deepEqual(
          (await library.searchIndex.searchVector(vector(1, 0, 0, 0), filter, 1)).map(
            ({ asset }) => asset,
          ),
          ["/b"],
        );
      }
      for (const filter of [
        { assets: new Set<string>() },
        { speaker: "an" },
        { speaker: "Joanna", assets: new Set(["/b"]) },
      ]) {
        assert.deepEqual(
          await library.searchIndex.searchText({ terms: ["walrus"] }, filter, 9),
          [],
        );
        assert.deepEqual(await library.searchIndex.searchVector(vector(1, 0, 0, 0), filter, 9), []);
      }
    },
  },
  {
    law: "conditions on files and segments hold in both ways of searching, alone and combined; what is not known meets no comparison",
    async run(library) {
      await commit(
        library,
        "/a",
        [
          { text: "one", speaker: "Ann Lee", confidence: 0.9 },
          { text: "two", speaker: null, confidence: null },
        ],
        { language: "en-GB", origin: "captions", durationMs: 1000, mtimeMs: 5000 },
      );
      await commit(library, "/b", [{ text: "three", speaker: "Tom", confidence: 0.3 }], {
        language: "de",
        durationMs: null,
        mtimeMs: 9000,
        recordedAtMs: 4000,
      });
      const cases: readonly (readonly [Condition, string])[] = [
        [{ speaker: "LEE" }, "one"],
        [{ not: { speaker: "ann" } }, "three two"],
        [{ assets: new Set(["/b", "/c"]) }, "three"],
        [{ assets: new Set() }, ""],
        [{ language: "EN" }, "one two"],
        [{ language: "en-gb" }, "one two"],
        [{ language: "e" }, ""],
        [{ origin: "captions" }, "one two"],
        [{ compare: "confidence", is: ">", value: 0.3 }, "one"],
        [{ compare: "confidence", is: ">=", value: 0.3 }, "one three"],
        [{ compare: "confidence", is: "<", value: 0.3 }, ""],
        [{ compare: "confidence", is: "<=", value: 0.3 }, "three"],
        [{ not: { compare: "confidence", is: "<", value: 2 } }, "two"],
        [{ compare: "durationMs", is: "<", value: 1001 }, "one two"],
        [{ not: { compare: "durationMs", is: "<", value: 1001 } }, "three"],
        [{ compare: "recordedAtMs", is: "<", value: 4500 }, "three"],
        [{ compare: "recordedAtMs", is: ">=", value: 5000 }, "one two"],
        [{ all: [] }, "one three two"],
        [{ any: [] }, ""],
        [{ all: [{ language: "en" }, { not: { speaker: "ann" } }] }, "two"],
        [
          { any: [{ speaker: "tom" }, { all: [{ term: "one" }, { origin: "captions" }] }] },
          "one three",
        ],
        [{ not: { any: [{ term: "one" }, { phrase: "two" }] } }, "three"],
      ];
      for (const [where, wanted] of cases)
        assert.equal(await meeting(library, where), wanted, JSON.stringify(where));
      assert.equal(
        texts(
          await library.searchIndex.searchText(
            { terms: ["one", "two", "three"] },
            { where: { speaker: "tom" } },
            1,
          ),
        ).join(),
        "three",
      );
      assert.equal(
        texts(
          await library.searchIndex.searchVector(
            vector(1, 0, 0, 0),
            { speaker: "ann", where: { not: { term: "one" } } },
            1,
          ),
        ).join(),
        "",
      );
    },
  },
  {
    law: "a phrase is its exact words in a row, also over the ends of up to four segments of the same version",
    async run(library) {
      await commit(library, "/a", [
        { text: "We meet again next" },
        { text: "Year, he said: “the café closes”" },
        { text: "years of next to nothing" },
        { text: "the next years" },
      ]);
      await commit(library, "/b", [{ text: "what is next" }]);
      await commit(library, "/c", [{ text: "year one", speaker: "Ann Lee" }]);
      for (const [phrase, wanted] of [
        ["next year", "We meet again next"],
        ["NEXT  YEAR!", "We meet again next"],
        ["the cafe closes", "Year, he said: “the café closes”"],
        ["cafe close", ""],
        ["year", "year one|Year, he said: “the café closes”"],
        ["closes years of", "Year, he said: “the café closes”"],
        ["closes years off", ""],
        ["Ann Lee", "year one"],
        ["?!", ""],
        ["again next year he", "We meet again next"],
      ] as const)
        assert.equal(await meeting(library, { phrase }, "|"), wanted, phrase);
      assert.equal(
        await meeting(library, { not: { phrase: "next year" } }, "|"),
        "the next years|what is next|year one|Year, he said: “the café closes”|years of next to nothing",
      );
      await commit(library, "/d", [
        { text: "The full page" },
        { text: "Okay." },
        { text: "Mm-hmm" },
        { text: "is full" },
        { text: "page okay" },
        { text: "is it?" },
      ]);
      for (const [phrase, wanted] of [
        ["full page okay", "is full|The full page"],
        ["full page okay mm", "The full page"],
        ["page okay mm hmm is full page", "The full page"],
        ["full page okay mm hmm is full page okay is", ""],
        ["okay mm hmm is full", "Okay."],
        ["page mm hmm", ""],
        ["okay is it", "page okay"],
      ] as const)
        assert.equal(await meeting(library, { phrase }, "|"), wanted, phrase);
    },
  },
  {
    law: "a prefix finds every word that begins so, whatever its stem, and no other",
    async run(library) {
      await commit(
        library,
        "/a",
        [
          "communities",
          "commune",
          "community",
          "a commission",
          "being",
          "beings",
          "best",
          "hoping",
          "hop",
          "relational",
          "relation",
          "relatives",
          "Évaluer",
          "nations",
          "x-ray",
        ].map((text) => ({ text })),
      );
      for (const [prefix, wanted] of [
        ["communi", "communities community"],
        ["commun", "commune communities community"],
        ["be", "being beings best"],
        ["bein", "being beings"],
        ["being", "being beings"],
        ["hopin", "hoping"],
        ["relation", "relation relational"],
        ["eval", "Évaluer"],
        ["ÉVA", "Évaluer"],
        ["national", ""],
        ["nation", "nations"],
        ["zzz", ""],
        ["xr", ""],
        ["ra", "x-ray"],
        ["*", ""],
      ] as const)
        assert.equal(await meeting(library, { term: { prefix } }), wanted, prefix);
      const ranked = await library.searchIndex.searchText(
        { terms: [{ prefix: "commis" }, "best"] },
        {},
        9,
      );
      assert.deepEqual(texts(ranked).toSorted(), ["a commission", "best"]);
    },
  },
  {
    law: "words in scripts without spaces are found, whole and in part, and a copy's too",
    async run(library) {
      await commit(
        library,
        "/a",
        [
          "我喜欢图书馆。",
          "図書館はどこですか",
          "도서관에서 만나요",
          "ห้องสมุดอยู่ที่ไหน",
          "我的iPhone手机",
          "ﾃﾚﾋﾞを見る",
          "plain words",
        ].map((text) => ({ text })),
      );
      for (const [term, wanted] of [
        ["图书馆", "我喜欢图书馆。"],
        ["图书", "我喜欢图书馆。"],
        ["馆", "我喜欢图书馆。"],
        ["書馆", ""],
        ["図書館", "図書館はどこですか"],
        ["도서관", "도서관에서 만나요"],
        ["만나", "도서관에서 만나요"],
        ["ห้องสมุด", "ห้องสมุดอยู่ที่ไหน"],
        ["iphone", "我的iPhone手机"],
        ["手机", "我的iPhone手机"],
        ["iPhone手机", "我的iPhone手机"],
        ["テレビ", "ﾃﾚﾋﾞを見る"],
        ["词", ""],
      ] as const) {
        assert.equal(await meeting(library, { term }), wanted, term);
        assert.equal(await meeting(library, { phrase: term }), wanted, `phrase ${term}`);
        assert.equal(
          texts(await library.searchIndex.searchText({ terms: [term] }, {}, 9)).join(" "),
          wanted,
          `ranked ${term}`,
        );
      }
      await library.versions.copy("/a", place("/b"));
      await library.catalog.remove("/a");
      assert.equal(await meeting(library, { term: "图书馆" }), "我喜欢图书馆。");
      await library.catalog.remove("/b");
      assert.equal(await meeting(library, { term: "图书馆" }), "");
    },
  },
  ...WORD_WEIGHT_CASES,
  ...INFLECTION_CASES,
  ...TEXT_PATTERN_CASES,
  {
    law: "with optional terms all that meets the filter is found: what has them first, the rest by asset and position with score 0",
    async run(library) {
      await commit(library, "/b", [
        { text: "walrus", speaker: "Ann" },
        { text: "penguin", speaker: "Ann" },
        { text: "walrus", speaker: "Tom" },
      ]);
      await commit(library, "/a", [{ text: "seal", speaker: "Ann" }]);
      const ask = (terms: readonly string[], limit: number) =>
        library.searchIndex.searchText(
          { terms, termsOptional: true },
          { where: { speaker: "ann" } },
          limit,
        );
      assert.deepEqual(texts(await ask(["walrus"], 9)), ["walrus", "seal", "penguin"]);
      assert.deepEqual(
        (await ask(["walrus"], 9)).map(({ score }) => score > 0),
        [true, false, false],
      );
      assert.deepEqual(texts(await ask(["walrus"], 2)), ["walrus", "seal"]);
      assert.deepEqual(texts(await ask([], 9)), ["seal", "walrus", "penguin"]);
      assert.equal(
        await library.searchIndex.countText(
          { terms: ["walrus"], termsOptional: true },
          { where: { speaker: "ann" } },
        ),
        3,
      );
    },
  },
  {
    law: "gives at most the limit, the best ones, ties by asset and position",
    async run(library) {
      for (const id of ["/c", "/a", "/b"])
        await commit(library, id, [
          { text: "same words", vector: vector(1, 0, 0, 0) },
          { text: "same words", vector: vector(1, 0, 0, 0) },
        ]);
      const order = (hits: readonly Hit[]): string =>
        hits.map(({ asset, segment }) => asset + segment.index).join(" ");
      assert.equal(
        order(await library.searchIndex.searchText({ terms: ["same"] }, {}, 6)),
        "/a0 /a1 /b0 /b1 /c0 /c1",
      );
      const five = order(await library.searchIndex.searchText({ terms: ["same"] }, {}, 5)).split(
        " ",
      );
      assert.deepEqual([five.length, five], [5, five.toSorted()]);
      assert.equal(
        order(await library.searchIndex.searchText({ terms: ["same"] }, {}, 5)),
        five.join(" "),
      );
      assert.equal(
        order(await library.searchIndex.searchVector(vector(1, 0, 0, 0), {}, 5)),
        "/a0 /a1 /b0 /b1 /c0",
      );
    },
  },
  {
    law: "counts every segment that has any of the terms and meets the filter, however many",
    async run(library) {
      await commit(
        library,
        "/a",
        Array.from({ length: 1500 }, (_, i) => ({
          text: i % 3 === 0 ? "walrus" : "penguin",
          speaker: i % 2 === 0 ? "Ann" : "Tom",
        })),
      );
      await commit(library, "/b", [{ text: "a walrus and a penguin" }]);
      await commit(library, "/c", [{ text: "walrus" }]);
      await library.catalog.markDeleted(["/c"]);
      const count = (terms: readonly string[], filter: SearchFilter = {}): Promise<number> =>
        library.searchIndex.countText({ terms }, filter);
      assert.deepEqual(
        await Promise.all([
          count(["walrus"]),
          count(["walrus", "penguins"]),
          count(["nothing"]),
          count([]),
        ]),
        [501, 1501, 0, 0],
      );
      assert.deepEqual(
        await Promise.all([
          count(["walrus"], { assets: new Set(["/b"]) }),
          count(["walrus"], { speaker: "tom" }),
          count(["walrus"], { assets: new Set() }),
        ]),
        [1, 250, 0],
      );
    },
  },
];
