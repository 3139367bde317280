import { expect, it } from "vitest";
import type { Backend } from "./backend.ts";
import { assertRisingIds, RECORDS_CASES } from "./records.contract.ts";
import { describeContract, type PlantedBugs } from "./suite.contract.ts";

type Subject = Pick<Backend, "records">;

const BUGS: PlantedBugs<Subject> = {
  "keeps the first record": ({ records }) => ({
    records: {
      async put(kind, id, value) {
        if ((await records.get(kind, id)) === undefined) await records.put(kind, id, value);
      },
    },
  }),
  "mixes the kinds": ({ records }) => ({
    records: { get: (_kind, id) => records.get("tag", id) },
  }),
  "lists the newest first": ({ records }) => ({
    records: { list: async (kind) => (await records.list(kind)).toReversed() },
  }),
  "cuts long values": ({ records }) => ({
    records: {
      put: (kind, id, value) =>
        records.put(kind, id, typeof value === "string" ? value.slice(0, 1000) : value),
    },
  }),
  "removes only the first of many": ({ records }) => ({
    records: { removeAll: (kind, ids) => records.removeAll(kind, ids.slice(0, 1)) },
  }),
  "reads a journal from its end": ({ records }) => ({
    records: {
      readJournal: async (query) =>
        (await records.readJournal({ ...query, limit: 1000 })).slice(-query.limit),
    },
  }),
  "forgets everything": ({ records }) => ({
    records: { trimJournal: (kind) => records.trimJournal(kind, Infinity) },
  }),
};

describeContract<Subject>(
  "records",
  RECORDS_CASES.map(({ law, run }) => ({ law, run: ({ records }) => run(records) })),
  BUGS,
  ({ records }) => ({ records }),
);

it("makes ids that rise", () => {
  expect(assertRisingIds).not.toThrow();
});
