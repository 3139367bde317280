import { hostname } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { spawnEmulator, type Spawned } from "../../../emulator/spawn.ts";
import { openOn } from "../../../test/vast/emulator.ts";
import { CHECKPOINTS_CASES } from "../checkpoints.contract.ts";
import { HEADINGS_CASES } from "../headings.contract.ts";
import { JOB_STORE_CASES } from "../job-store.contract.ts";
import { LIBRARY_CASES } from "../library.contract.ts";
import { RECORDS_CASES } from "../records.contract.ts";
import { RUN_LOCK_CASES } from "../run-lock.contract.ts";
import { CLAIMS_CASES } from "../claims.contract.ts";
import type { Backend } from "../backend.ts";
import type { Claims } from "../run-lock.ts";

let emulator: Spawned;
beforeAll(async () => {
  emulator = await spawnEmulator(["--rows-per-page", "700", "--rows-per-batch", "100"]);
});
afterAll(() => emulator.stop());

/** Rejects with what an assertion of the case found. */
async function on(act: (backend: Backend) => Promise<void>): Promise<void> {
  const backend = await openOn(emulator);
  try {
    await act(backend);
  } finally {
    await backend.close();
  }
}

for (const [part, cases] of Object.entries(LIBRARY_CASES))
  describe(`the ${part} of the vast backend`, () => {
    for (const { law, run } of cases)
      it(law, () => expect(on(({ library }) => run(library))).resolves.toBeUndefined());
  });

describe("the job store of the vast backend", () => {
  for (const { law, run } of JOB_STORE_CASES)
    it(law, () => expect(on(({ jobs }) => run(jobs))).resolves.toBeUndefined());
});

describe("the records of the vast backend", () => {
  for (const { law, run } of RECORDS_CASES)
    it(law, () => expect(on(({ records }) => run(records))).resolves.toBeUndefined());
});

describe("the headings of the vast backend", () => {
  for (const { law, run } of HEADINGS_CASES.filter(({ isOfOneStore }) => isOfOneStore !== true))
    it(law, () => expect(on(run)).resolves.toBeUndefined());
});

describe("the checkpoints of the vast backend", () => {
  for (const { law, run } of CHECKPOINTS_CASES)
    it(law, () => expect(on(({ checkpoints }) => run(checkpoints))).resolves.toBeUndefined());
});

describe("the run lock of the vast backend", () => {
  for (const { law, run } of RUN_LOCK_CASES)
    it(law, () => expect(on(({ runLock }) => run(runLock))).resolves.toBeUndefined());
});

describe("the claims of the vast backend", () => {
  for (const { law, run } of CLAIMS_CASES) it(law, () => expect(on(run)).resolves.toBeUndefined());
});

const onClaims =
  (change: (claims: Claims) => Partial<Claims>) =>
  (backend: Backend): Backend => ({
    ...backend,
    runLock: {
      ...backend.runLock,
      async acquire(holder) {
        const lease = await backend.runLock.acquire(holder);
        return {
          ...lease,
          ...(lease.claims ? { claims: { ...lease.claims, ...change(lease.claims) } } : {}),
        };
      },
    },
  });

const BUGS: Readonly<Record<string, (backend: Backend) => Backend>> = {
  "gives a key to everybody": onClaims(() => ({ take: async () => true })),
  "gives a key once and for all": onClaims(() => ({ release: async () => {} })),
  "refuses a key to who has it": (backend) => {
    const taken = new Set<string>();
    return onClaims((claims) => ({
      take: async (key) => !taken.has(key) && (taken.add(key), claims.take(key)),
    }))(backend);
  },
  "takes a dead run for alive": (backend) => ({
    ...backend,
    runLock: {
      ...backend.runLock,
      acquire: (holder) => backend.runLock.acquire({ ...holder, pid: process.pid }),
    },
  }),
  "takes another machine for dead": (backend) => ({
    ...backend,
    runLock: {
      ...backend.runLock,
      acquire: (holder) => backend.runLock.acquire({ ...holder, host: hostname() }),
    },
  }),
  "keeps the claims of a run that ended": (backend) => ({
    ...backend,
    runLock: {
      ...backend.runLock,
      acquire: async (holder) => ({
        ...(await backend.runLock.acquire(holder)),
        release: async () => {},
      }),
    },
  }),
};

describe("the contract of the claims catches a backend that", () => {
  for (const [bug, plant] of Object.entries(BUGS))
    it(bug, async () => {
      let broken = 0;
      for (const { run } of CLAIMS_CASES) {
        if (broken > 0) break;
        const backend = await openOn(emulator);
        await run(plant(backend)).catch(() => broken++);
        await backend.close();
      }
      expect(broken).toBe(1);
    });

  it("lets who lost a claim commit", async () => {
    const backend = await openOn(emulator);
    // Another process does not know what this one claimed.
    const stale = { ...backend, runLock: (await openOn(emulator)).runLock };
    await expect(CLAIMS_CASES.at(-1)?.run(stale)).rejects.toThrow("Missing expected rejection");
    await backend.close();
  });
});
