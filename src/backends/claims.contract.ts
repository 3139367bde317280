import assert from "node:assert/strict";
import { hostname } from "node:os";
import type { Backend } from "./backend.ts";
import type { Claims, Lease, RunLock } from "./run-lock.ts";
import { markOfThisProcess } from "../process-mark.ts";

/** For backends that several runs may hold at once. Each gets an empty library of its own. */
export interface ClaimsCase {
  readonly law: string;
  readonly run: (backend: Backend) => Promise<void>;
}

/** No process has it: beyond the largest that Linux gives. */
const DEAD = 4_194_305;

interface Run {
  readonly lease: Lease;
  readonly claims: Claims;
}

async function begin(
  runLock: RunLock,
  pid = process.pid,
  host = hostname(),
  mark?: string,
): Promise<Run> {
  const lease = await runLock.acquire({ pid, host, mark });
  assert.ok(lease.claims, "a lease without claims");
  return { lease, claims: lease.claims };
}

const version = (id: string, text: string) =>
  ({
    id,
    sizeBytes: 1,
    mtimeMs: 1,
    sidecarKey: "",
    fingerprint: `f-${text}`,
    origin: "asr",
    engine: "e",
    language: "en",
    durationMs: 1,
    segments: [
      { index: 0, startMs: 0, endMs: 1, text, speaker: null, confidence: 1, vector: null },
    ],
  }) as const;

export const CLAIMS_CASES: readonly ClaimsCase[] = [
  {
    law: "of two runs one gets a key, the other the other keys",
    async run({ runLock }) {
      const [a, b] = [await begin(runLock), await begin(runLock)];
      assert.deepEqual(
        [
          await a.claims.take("/x"),
          await b.claims.take("/x"),
          await b.claims.take("/y"),
          await a.claims.take("/y"),
        ],
        [true, false, true, false],
      );
    },
  },
  {
    law: "of many that take the same key at once exactly one gets it",
    async run({ runLock }) {
      const runs = await Promise.all(Array.from({ length: 6 }, () => begin(runLock)));
      for (const key of ["/x", "/y"])
        assert.equal(
          (await Promise.all(runs.map(({ claims }) => claims.take(key)))).filter(Boolean).length,
          1,
        );
    },
  },
  {
    law: "taking a key again is no harm, and releasing gives it to others, those of others excepted",
    async run({ runLock }) {
      const [a, b] = [await begin(runLock), await begin(runLock)];
      assert.deepEqual([await a.claims.take("/x"), await a.claims.take("/x")], [true, true]);
      await b.claims.release(["/x", "/never"]);
      assert.equal(await b.claims.take("/x"), false);
      await a.claims.release(["/x"]);
      assert.equal(await b.claims.take("/x"), true);
    },
  },
  {
    law: "a run that ended holds nothing",
    async run({ runLock }) {
      const [a, b] = [await begin(runLock), await begin(runLock)];
      await a.claims.take("/x");
      await a.lease.release({});
      assert.equal(await b.claims.take("/x"), true);
    },
  },
  {
    law: "what a dead process of this machine held is free; what another machine holds is not, while its lease is renewed",
    async run({ runLock }) {
      const me = await begin(runLock);
      const dead = await begin(runLock, DEAD);
      const elsewhere = await begin(runLock, DEAD, "elsewhere");
      await dead.claims.take("/x");
      await elsewhere.claims.take("/y");
      assert.deepEqual([await me.claims.take("/x"), await me.claims.take("/y")], [true, false]);
      await begin(runLock);
      assert.equal(await me.claims.take("/y"), false);
    },
  },
  {
    law: "what a run held whose number another process has now is free at once, and so is what a broken run held",
    async run({ runLock }) {
      const me = await begin(runLock);
      const before = await begin(runLock, process.pid, hostname(), `${markOfThisProcess()}0`);
      const elsewhere = await begin(runLock, 1, "elsewhere", "anything");
      const goesOn = await begin(runLock, process.pid, hostname(), markOfThisProcess());
      await before.claims.take("/x");
      await elsewhere.claims.take("/y");
      await goesOn.claims.take("/z");
      assert.deepEqual(
        [await me.claims.take("/x"), await me.claims.take("/y"), await me.claims.take("/z")],
        [true, false, false],
      );
      await runLock.breakRuns(({ host }) => host === "elsewhere");
      assert.deepEqual([await me.claims.take("/y"), await me.claims.take("/z")], [true, false]);
    },
  },
  {
    law: "who lost a claim can't commit the file any more, and who has it can",
    async run({ runLock, library }) {
      const late = await begin(runLock, DEAD);
      await late.claims.take("/x");
      const now = await begin(runLock);
      await now.claims.take("/x");
      await library.versions.commit(version("/x", "mine"));
      assert.equal((await library.catalog.get("/x"))?.fingerprint, "f-mine");
      await now.lease.release({});
      await assert.rejects(
        library.versions.commit(version("/x", "stale")),
        (error) => (error as { code?: string }).code === "STORE_BUSY",
      );
      assert.equal((await library.catalog.get("/x"))?.fingerprint, "f-mine");
      await library.versions.commit(version("/y", "unclaimed"));
    },
  },
];
