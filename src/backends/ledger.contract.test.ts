import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../../test/helpers/run.ts";
import { LEDGER_CASES } from "./ledger.contract.ts";
import type { Ledger } from "./ledger.ts";
import { openBackend } from "./registry.ts";

for (const name of ["memory", "local"] as const)
  describe(`the ${name} ledger`, () => {
    for (const { law, run } of LEDGER_CASES)
      it(law, async () => {
        const backend = await openBackend(name, {
          path: join(tempFolder(), "library.sqlite"),
          create: true,
        });
        try {
          await run(backend.ledger);
        } finally {
          await backend.close();
        }
      });
  });

const BUGS: Readonly<Record<string, (ledger: Ledger) => Partial<Ledger>>> = {
  "keeps the first job of a file": (ledger) => ({
    async putJob(job) {
      if (!(await ledger.getJob(job.id))) await ledger.putJob(job);
    },
  }),
  "loses the log": (ledger) => ({ putJob: (job) => ledger.putJob({ ...job, log: [] }) }),
  "keeps only the last checkpoint": (ledger) => ({
    checkpoints: async (id, key) => (await ledger.checkpoints(id, key)).slice(-1),
  }),
  "ignores the key": (ledger) => ({
    addCheckpoint: (id, _, checkpoint) => ledger.addCheckpoint(id, "k", checkpoint),
    checkpoints: (id) => ledger.checkpoints(id, "k"),
  }),
  "clears every file's checkpoints": (ledger) => ({
    async clearCheckpoints() {
      for (const id of ["/a", "/b"]) await ledger.clearCheckpoints(id);
    },
  }),
  "lets two in": (ledger) => ({
    acquire: (holder) => ledger.acquire({ ...holder, pid: 4_194_305 }),
  }),
  "never lets a dead holder go": (ledger) => ({
    acquire: (holder) => ledger.acquire({ ...holder, pid: process.pid }),
  }),
  "trusts no other machine": (ledger) => ({
    acquire: (holder) => ledger.acquire({ ...holder, host: "here" }),
  }),
  "forgets how a run ended": (ledger) => ({
    async lastRun() {
      const last = await ledger.lastRun();
      return last && { ...last, summary: null };
    },
  }),
};

describe("the contract suite catches a ledger that", () => {
  for (const [bug, plant] of Object.entries(BUGS))
    it(bug, async () => {
      let broken = 0;
      for (const { run } of LEDGER_CASES) {
        const { ledger } = await openBackend("memory", { path: "", create: true });
        await run({ ...ledger, ...plant(ledger) }).catch(() => broken++);
      }
      expect(broken).toBeGreaterThan(0);
    });
});
