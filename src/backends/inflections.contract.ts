import assert from "node:assert/strict";
import { commit, type LibraryCase, texts, words } from "./library-case.contract.ts";

/** What is said, words that find it, and words that do not, by language. */
const INFLECTED: Readonly<Record<string, readonly [string, readonly string[], readonly string[]]>> =
  {
    de: ["Die alten Häuser am Fluss", ["haus", "häusern", "hauses"], ["hausierer"]],
    es: ["Las comunicaciones fueron difíciles", ["comunicación", "comunicacion"], ["comida"]],
    fr: ["Les chevaux de l'éleveuse courent", ["éleveuses", "l'éleveuse", "cheval"], ["cheminée"]],
    it: [
      "Gli operai dell'azienda lavoravano",
      ["lavorare", "aziende", "dell'azienda"],
      ["operazioni"],
    ],
    pt: ["As reuniões começaram tarde", ["começar", "comecou"], ["união"]],
    ru: ["Новые книги лежали на столах", ["книга", "книгами", "стол", "НОВОГО"], ["столица"]],
    "nl-BE": ["De vergaderingen duurden lang", ["vergadering"], ["gader"]],
    sv: ["Flickorna läste böckerna", ["flicka", "flickor"], ["bokhandel"]],
    nb: ["Møtene ble avlyst", ["møter", "møte"], ["motellet"]],
  };

/** Words are found by the endings of the language in which they are said. */
export const INFLECTION_CASES: readonly LibraryCase[] = [
  {
    law: "words of other languages are found in every inflection that the endings of their language make",
    async run(library) {
      for (const [language, [text]] of Object.entries(INFLECTED))
        await commit(library, `/${language}`, [{ text }, { text: "…" }], { language });
      for (const [language, [text, some, none]] of Object.entries(INFLECTED)) {
        for (const term of some) assert.deepEqual(await words(library, term), [text], term);
        for (const term of none)
          assert.deepEqual(await words(library, term), [], `${language} ${term}`);
      }
      assert.deepEqual((await library.searchIndex.inflectedLanguages()).toSorted(), [
        "de",
        "es",
        "fr",
        "it",
        "nl",
        "no",
        "pt",
        "ru",
        "sv",
      ]);
    },
  },
  {
    law: "endings of a language count in its own files alone, and the form that is said counts more",
    async run(library) {
      const german = ["Viele Häuser und ein Zaun", "Das Haus und ein Zaun", "Nein", "Nie", "Auch"];
      await commit(
        library,
        "/de",
        german.map((text) => ({ text })),
        { language: "de" },
      );
      await commit(library, "/en", [{ text: "the Häuser of Vienna" }, { text: "no" }]);
      assert.deepEqual(await words(library, "haus"), [german[1], german[0]]);
      assert.deepEqual((await words(library, "häuser")).slice(0, 2).toSorted(), [
        "Viele Häuser und ein Zaun",
        "the Häuser of Vienna",
      ]);
      assert.deepEqual((await words(library, "häusern")).toSorted(), [german[1], german[0]]);
    },
  },
  {
    law: "inflections are found in copies, after a move and in what came back, and count for conditions, weights and spelling",
    async run(library) {
      await commit(library, "/de", [{ text: "Die Versicherungen zahlen" }, { text: "Nein" }], {
        language: "de",
      });
      const found = async (): Promise<string[]> =>
        (await library.searchIndex.searchText({ terms: ["versicherung"] }, {}, 9)).map(
          ({ asset }) => asset,
        );
      const place = { sizeBytes: 1, mtimeMs: 1, sidecarKey: "" };
      await library.versions.copy("/de", { id: "/copy", ...place });
      assert.deepEqual(await found(), ["/copy", "/de"]);
      await library.versions.move("/copy", { id: "/moved", ...place });
      assert.deepEqual(await found(), ["/de", "/moved"]);
      const hits = await library.searchIndex.searchText(
        { terms: [], termsOptional: true },
        { where: { term: "versicherung" } },
        9,
      );
      assert.deepEqual(texts(hits), ["Die Versicherungen zahlen", "Die Versicherungen zahlen"]);
      assert.deepEqual([...new Set(hits.map(({ language }) => language))], ["de"]);
      const [inflected, said, absent] = await library.searchIndex.termWeights([
        "versicherung",
        "versicherungen",
        "garten",
      ]);
      assert.equal(inflected, said);
      assert.ok((absent ?? 0) > (said ?? 0));
      assert.deepEqual([...(await library.searchIndex.spellings(["versicherung"]))], []);
    },
  },
];
