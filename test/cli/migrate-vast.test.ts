import { readdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Spawned, spawnEmulator } from "../../emulator/spawn.ts";
import { captionLibrary } from "../helpers/caption-library.ts";
import { killed } from "../helpers/kill.ts";
import { found, mediasearch } from "../helpers/run.ts";

let cluster: Spawned;
beforeAll(async () => {
  // Servers end the transactions of clients that are gone; how soon VAST does is not documented.
  cluster = await spawnEmulator(["--tx-timeout", "5000"]);
});
afterAll(() => cluster.stop());

let schemas = 0;
const vast = (): Record<string, string> => ({
  VAST_ENDPOINT: cluster.url,
  VAST_ACCESS_KEY_ID: cluster.accessKey,
  VAST_SECRET_ACCESS_KEY: cluster.secretKey,
  VAST_DATABASE_BUCKET: cluster.bucket,
  VAST_DATABASE_SCHEMA: `migrate${++schemas}`,
});

interface Report {
  readonly copied: { readonly copied: number; readonly present: number };
  readonly proof: {
    readonly versions: number;
    readonly segments: number;
    readonly vectors: number;
    readonly queries: number;
    readonly digest: string;
    readonly differences: readonly unknown[];
  };
}
const report = ({ stdout }: { stdout: string }): Report => JSON.parse(stdout) as Report;
const ask = ["search", "who pays for the harbour", "--json"];

describe("migrate --to vast", () => {
  it("proves a library that holds a deleted file, which neither side counts", async () => {
    const home = await captionLibrary(6);
    const env = vast();
    const [gone] = readdirSync(join(home, "media"));
    unlinkSync(join(home, "media", String(gone)));
    const index = await mediasearch(["index", join(home, "media")], { home });
    expect(index.stderr).toMatch(/1 deleted/);
    const here = found(await mediasearch(ask, { home }));
    const there = await mediasearch(["migrate", "--to", "vast", "--json"], { home, env });
    expect(there.exitCode, there.stderr).toBe(0);
    expect(report(there).proof).toMatchObject({ versions: 6, differences: [] });
    expect(found(await mediasearch(ask, { home, env: { ...env, BACKEND: "vast" } }))).toEqual(here);
  });

  it("moves a library to the cluster, proves it, answers alike there, and comes back the same", async () => {
    const home = await captionLibrary(6);
    const env = vast();
    const here = found(await mediasearch(ask, { home }));
    const there = await mediasearch(["migrate", "--to", "vast", "--json"], { home, env });
    expect(there.exitCode, there.stderr).toBe(0);
    expect(report(there)).toMatchObject({
      copied: { copied: 6, present: 0 },
      proof: { versions: 6, segments: 12, vectors: 12, differences: [] },
    });
    expect(report(there).proof.queries).toBeGreaterThan(10);
    const away = await captionLibrary(0).catch(() => home);
    expect(found(await mediasearch(ask, { home: away, env: { ...env, BACKEND: "vast" } }))).toEqual(
      here,
    );
    const back = await mediasearch(
      ["migrate", "--from", "vast", "--to", join(home, "back.sqlite"), "--json"],
      { home, env },
    );
    expect(report(back).proof).toEqual(report(there).proof);
    expect(
      found(await mediasearch([...ask, "--store", join(home, "back.sqlite")], { home })),
    ).toEqual(here);
    expect((await mediasearch(["doctor", "--backend", "vast"], { home, env })).exitCode).toBe(0);
  });

  it("killed again and again goes on, and nothing is there twice", async () => {
    const home = await captionLibrary(30);
    const env = vast();
    let kills = 0;
    for (const afterMs of [600, 800, 1000, 1200])
      if (await killed(["migrate", "--to", "vast"], { home, env, afterMs })) kills++;
    expect(kills).toBeGreaterThan(0);
    const final = await mediasearch(["migrate", "--to", "vast", "--json"], { home, env });
    expect(final.exitCode, final.stderr).toBe(0);
    const last = report(final);
    expect(last.proof).toMatchObject({ versions: 30, segments: 60, differences: [] });
  });

  it("is refused by another model's library, and says which server is away", async () => {
    const home = await captionLibrary(1);
    expect(
      (
        await mediasearch(["migrate", "--to", "vast"], {
          home,
          env: { ...vast(), VAST_ENDPOINT: "http://127.0.0.1:1" },
        })
      ).exitCode,
    ).toBe(16);
    expect(
      (
        await mediasearch(["migrate", "--to", "vast"], {
          home,
          env: { ...vast(), VAST_SECRET_ACCESS_KEY: "wrong" },
        })
      ).exitCode,
    ).toBe(12);
  });
});

describe("backup and restore of a library on the cluster", () => {
  it("go by way of one file, like those of a local one", async () => {
    const home = await captionLibrary(3);
    const env = { ...vast(), BACKEND: "vast" };
    await mediasearch(["migrate", "--to", "vast"], { home, env });
    const made = await mediasearch(["backup", join(home, "cluster.backup"), "--json"], {
      home,
      env,
    });
    expect(JSON.parse(made.stdout)).toMatchObject({ files: 3, segments: 6 });
    const other = { ...vast(), BACKEND: "vast" };
    const restored = await mediasearch(["restore", join(home, "cluster.backup")], {
      home,
      env: other,
    });
    expect(restored.exitCode, restored.stderr).toBe(0);
    expect(found(await mediasearch(ask, { home, env: other })).total).toBeGreaterThan(0);
  });
});
