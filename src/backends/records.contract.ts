import assert from "node:assert/strict";
import { type JournalEntry, journalId, type Records } from "./records.ts";

/** The law of `Records`. Each case gets an empty library of its own. */
export interface RecordsCase {
  readonly law: string;
  readonly run: (records: Records) => Promise<void>;
}

const entry = (id: string, atMs: number, kind = "audit"): JournalEntry => ({
  id,
  atMs,
  kind,
  value: { did: id },
});

export const RECORDS_CASES: readonly RecordsCase[] = [
  {
    law: "keeps one record of a kind and id, in order of the ids",
    async run(records) {
      assert.equal(await records.get("key", "a"), undefined);
      await records.put("key", "b", { n: 1 });
      await records.put("key", "a", ["x", null, true]);
      await records.put("tag", "a", "other");
      await records.put("key", "b", { n: 2, text: "é😀" });
      assert.deepEqual(await records.list("key"), [
        { id: "a", value: ["x", null, true] },
        { id: "b", value: { n: 2, text: "é😀" } },
      ]);
      assert.deepEqual(await records.listIds("key"), ["a", "b"]);
      assert.deepEqual(await records.listIds("none"), []);
      assert.deepEqual(await records.get("key", "b"), { n: 2, text: "é😀" });
      await records.remove("key", "b");
      await records.remove("key", "b");
      assert.deepEqual(
        (await records.list("key")).map(({ id }) => id),
        ["a"],
      );
      assert.equal(await records.get("tag", "a"), "other");
    },
  },
  {
    law: "takes many records at once, the first ones too",
    async run(records) {
      const ids = ["a", "b", "c", "d", "e", "f"];
      await Promise.all(ids.map((id) => records.put("many", id, { id })));
      assert.deepEqual(
        await records.list("many"),
        ids.map((id) => ({ id, value: { id } })),
      );
    },
  },
  {
    law: "adds and removes many records of a kind in one step, and no others",
    async run(records) {
      const ids = Array.from({ length: 1200 }, (_, i) => journalId(1000 + i, "r"));
      await records.put("tag", "a", 1);
      await records.addAll("hint", []);
      await records.removeAll("hint", ["none"]);
      await records.addAll(
        "hint",
        ids.map((id) => ({ id, value: { id, text: "é" } })),
      );
      assert.deepEqual(await records.listIds("hint"), ids);
      assert.deepEqual(await records.get("hint", ids[7] ?? ""), { id: ids[7], text: "é" });
      await records.removeAll("hint", [...ids.slice(3), "none"]);
      await records.removeAll("tag", ids);
      assert.deepEqual(await records.listIds("hint"), ids.slice(0, 3));
      assert.deepEqual(await records.listIds("tag"), ["a"]);
    },
  },
  {
    law: "keeps a long record whole",
    async run(records) {
      const text = "é".repeat(300_000);
      await records.put("long", "a", text);
      await records.put("long", "a", text.slice(1));
      assert.equal(await records.get("long", "a"), text.slice(1));
      assert.equal((await records.list("long")).length, 1);
      assert.deepEqual(await records.listIds("long"), ["a"]);
    },
  },
  {
    law: "reads a journal in order, page by page, without other journals",
    async run(records) {
      const ids = Array.from({ length: 5 }, (_, i) => journalId(1000 + i, "r"));
      await records.append(ids.map((id, i) => entry(id, 1000 + i)).toReversed());
      await records.append([entry(`${ids[0]}x`, 1000, "other")]);
      const first = await records.readJournal({ kind: "audit", limit: 3 });
      assert.deepEqual(
        first.map(({ id }) => id),
        ids.slice(0, 3),
      );
      assert.deepEqual(first[0], entry(ids[0] ?? "", 1000));
      const rest = await records.readJournal({ kind: "audit", afterId: ids[2], limit: 9 });
      assert.deepEqual(
        rest.map(({ id }) => id),
        ids.slice(3),
      );
    },
  },
  {
    law: "never changes an entry of a journal",
    async run(records) {
      await records.append([entry("a", 1)]);
      await records.append([{ ...entry("a", 1), value: "forged" }, entry("b", 2)]);
      assert.deepEqual(await records.readJournal({ kind: "audit", limit: 9 }), [
        entry("a", 1),
        entry("b", 2),
      ]);
    },
  },
  {
    law: "forgets old entries of one journal",
    async run(records) {
      await records.append([entry("a", 1), entry("b", 2), entry("c", 1, "other")]);
      assert.equal(await records.trimJournal("audit", 2), 1);
      assert.deepEqual(await records.readJournal({ kind: "audit", limit: 9 }), [entry("b", 2)]);
      assert.equal((await records.readJournal({ kind: "other", limit: 9 })).length, 1);
      assert.equal(await records.trimJournal("audit", 2), 0);
    },
  },
  {
    law: "gives back what nobody can change from outside",
    async run(records) {
      const value = { list: ["a"] };
      await records.put("key", "a", value);
      value.list.push("b");
      assert.deepEqual(await records.get("key", "a"), { list: ["a"] });
    },
  },
];

/** Ids of one process rise even within one millisecond and when the clock goes back. */
export function assertRisingIds(): void {
  const ids = [5000, 5000, 4000, 6000, 6000].map((at) => journalId(at * 1e9, "r"));
  assert.deepEqual(ids, ids.toSorted());
  assert.equal(new Set(ids).size, ids.length);
}
