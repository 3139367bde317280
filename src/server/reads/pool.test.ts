import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { open } from "../../backends/local/open.ts";
import { loadConfig } from "../../config/load.ts";
import { createReadPool, Overloaded } from "./pool.ts";

const home = mkdtempSync(join(tmpdir(), "mediasearch-pool-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const ALL = { filters: [], seesPaths: true, tenant: null };

describe("the threads that read", () => {
  it("send away what has waited too long, and answer what has not", async () => {
    const env = { HOME: home, MEDIASEARCH_HOME: home };
    const config = loadConfig({}, { env, cwd: home });
    await (await open({ path: config.settings.store, create: true })).close();
    let nowMs = 0;
    const pool = createReadPool({ threads: 1, now: () => nowMs, config, env, cwd: home });
    await pool.ready();
    const asked = Array.from({ length: 5 }, () => pool.run("counts", ALL, {}));
    nowMs = 10_001;
    const outcomes = await Promise.allSettled(asked);
    const later = await pool.run("counts", ALL, {});
    await pool.close();
    const refused = outcomes.filter((outcome) => outcome.status === "rejected");
    // The first one had its thread at once.
    expect(refused).toHaveLength(4);
    for (const { reason } of refused) expect(reason).toBeInstanceOf(Overloaded);
    expect(later).toMatchObject({ segments: 0 });
  });
});
