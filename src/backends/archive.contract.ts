import assert from "node:assert/strict";
import { collect, commit, words, type LibraryCase } from "./library-case.contract.ts";

/** The law of `Archive`. */
export const ARCHIVE_CASES: readonly LibraryCase[] = [
  {
    law: "what was replaced is archived until it is purged, and so is what was deleted",
    async run(library) {
      await commit(library, "/a", [{ text: "old" }], { fingerprint: "one" });
      await commit(library, "/a", [{ text: "old" }], { fingerprint: "one" });
      assert.deepEqual(await library.archive.list(), []);
      await commit(library, "/a", [{ text: "new" }], { fingerprint: "two" });
      assert.deepEqual(
        (await library.archive.list()).map(({ id, fingerprint }) => [id, fingerprint]),
        [["/a", "one"]],
      );
      await commit(library, "/b", [{ text: "gone" }]);
      await library.catalog.markDeleted(["/b"]);
      assert.equal(await library.archive.purge(Date.now() - 60_000), 0);
      assert.notEqual(await library.catalog.get("/b"), undefined);
      assert.equal(await library.archive.purge(Date.now() + 60_000), 2);
      assert.deepEqual(await library.archive.list(), []);
      assert.equal(await library.catalog.get("/b"), undefined);
      assert.deepEqual(await words(library, "new"), ["new"]);
    },
  },
  {
    law: "what is archived is read with its words, oldest first, and can be added to another library once",
    async run(library) {
      await commit(
        library,
        "/a",
        [{ text: "oldest", speaker: "Ann", confidence: null }, { text: "words" }],
        { fingerprint: "one", durationMs: null, indexedAtMs: 1_700_000_000_000 },
      );
      await commit(library, "/a", [{ text: "newer" }], { fingerprint: "two" });
      await commit(library, "/a", [{ text: "newest" }], { fingerprint: "three" });
      const [first, second] = await collect(library.archive.read());
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
      assert.deepEqual(
        (await library.archive.find("t")).map(({ fingerprint }) => fingerprint),
        ["two"],
      );
      assert.deepEqual(await library.archive.find("one"), [first]);
      await library.archive.add(first);
      assert.equal((await library.archive.list()).length, 2);
      const elsewhere = { ...first, id: "/elsewhere", archivedAtMs: first.archivedAtMs + 1 };
      await library.archive.add(elsewhere);
      await library.archive.add(elsewhere);
      await library.archive.add({ ...elsewhere, id: "/forgotten" });
      assert.equal((await library.archive.list()).length, 4);
      await library.archive.remove("/forgotten");
      await library.archive.remove("/absent");
      assert.deepEqual(
        (await collect(library.archive.read())).filter(({ id }) => id === "/elsewhere"),
        [elsewhere],
      );
      assert.deepEqual(await library.archive.find(elsewhere.fingerprint), [elsewhere, first]);
      assert.equal(await library.catalog.get("/elsewhere"), undefined);
      assert.deepEqual(await words(library, "oldest"), []);
    },
  },
];
