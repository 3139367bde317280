import { hostname } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { spawnEmulator, type Spawned } from "../../../emulator/spawn.ts";
import { openOn } from "../../../test/vast/emulator.ts";
import { STORE_CASES } from "../backend.contract.ts";
import { CLAIMS_CASES } from "../claims.contract.ts";
import type { Backend } from "../backend.ts";
import { LEDGER_CASES } from "../ledger.contract.ts";
import type { Claims } from "../ledger.ts";

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

describe("the vast store", () => {
  for (const { law, run } of STORE_CASES)
    it(law, () => expect(on(({ store }) => run(store))).resolves.toBeUndefined());
});

describe("the vast ledger", () => {
  for (const { law, run } of LEDGER_CASES)
    it(law, () => expect(on(({ ledger }) => run(ledger))).resolves.toBeUndefined());
});

describe("the claims of the vast ledger", () => {
  for (const { law, run } of CLAIMS_CASES) it(law, () => expect(on(run)).resolves.toBeUndefined());
});

const onClaims =
  (change: (claims: Claims) => Partial<Claims>) =>
  (backend: Backend): Backend => ({
    ...backend,
    ledger: {
      ...backend.ledger,
      async acquire(holder) {
        const lease = await backend.ledger.acquire(holder);
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
    ledger: {
      ...backend.ledger,
      acquire: (holder) => backend.ledger.acquire({ ...holder, pid: process.pid }),
    },
  }),
  "takes another machine for dead": (backend) => ({
    ...backend,
    ledger: {
      ...backend.ledger,
      acquire: (holder) => backend.ledger.acquire({ ...holder, host: hostname() }),
    },
  }),
  "keeps the claims of a run that ended": (backend) => ({
    ...backend,
    ledger: {
      ...backend.ledger,
      acquire: async (holder) => ({
        ...(await backend.ledger.acquire(holder)),
        release: async () => {},
      }),
    },
  }),
};

describe("the claims' contract suite catches a ledger that", () => {
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
    const stale = { ...backend, ledger: (await openOn(emulator)).ledger };
    await expect(CLAIMS_CASES.at(-1)?.run(stale)).rejects.toThrow("Missing expected rejection");
    await backend.close();
  });
});
