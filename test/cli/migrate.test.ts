import { cpSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { captionLibrary } from "../helpers/caption-library.ts";
import { killed } from "../helpers/kill.ts";
import { FIXTURES, found, mediasearch, tempFolder } from "../helpers/run.ts";

interface Report {
  readonly dryRun: boolean;
  readonly cost: { readonly files: number };
  readonly copied: { readonly copied: number; readonly present: number } | null;
  readonly proof: {
    readonly versions: number;
    readonly digest: string;
    readonly differences: readonly unknown[];
  } | null;
}

describe("migrate --retranscribe", () => {
  it("recognises anew what another recogniser made, leaves captions and the rest, and has nothing to do afterwards", async () => {
    const home = tempFolder();
    mkdirSync(join(home, "media"));
    for (const name of ["budget.wav", "minutes.vtt"])
      cpSync(join(FIXTURES, name), join(home, "media", name));
    await mediasearch(["index", join(home, "media"), "--engine", "STUB"], { home });
    expect(
      (await mediasearch(["migrate", "--retranscribe", "--dry-run"], { home })).stdout,
    ).toContain("1 file anew");
    const { exitCode, stderr } = await mediasearch(["migrate", "--retranscribe"], { home });
    expect([exitCode, stderr.includes("1 recognised")], stderr).toEqual([0, true]);
    expect(
      found(
        await mediasearch(["search", "hire people in the spring", "--mode", "keyword", "--json"], {
          home,
        }),
      ).hits[0]?.file,
    ).toContain("budget.wav");
    expect(
      (
        JSON.parse((await mediasearch(["status", "--json"], { home })).stdout) as {
          archived: number;
        }
      ).archived,
    ).toBe(1);
    expect((await mediasearch(["migrate", "--retranscribe"], { home })).stdout).toContain(
      "nothing to do",
    );
    // The same engine by name, another build: what the fingerprint can't see.
    const db = new Sqlite(join(home, "library.sqlite"));
    db.exec("UPDATE versions SET engine = 'moonshine@older' WHERE origin = 'asr'");
    db.close();
    expect((await mediasearch(["index", join(home, "media")], { home })).stderr).toContain(
      "2 unchanged",
    );
    expect((await mediasearch(["migrate", "--retranscribe"], { home })).stderr).toContain(
      "1 recognised",
    );
    expect((await mediasearch(["migrate", "--retranscribe"], { home })).stdout).toContain(
      "nothing to do",
    );
  });
});

describe("migrate --to a library file", () => {
  it("says first what it would do, then copies, proves it, and both answer alike", async () => {
    const home = await captionLibrary();
    const copy = join(home, "copy.sqlite");
    const plan = await mediasearch(["migrate", "--to", copy, "--dry-run", "--json"], { home });
    expect(JSON.parse(plan.stdout) as Report).toMatchObject({
      dryRun: true,
      cost: { files: 6 },
      copied: null,
    });
    const { exitCode, stdout } = await mediasearch(["migrate", "--to", copy], { home });
    expect(exitCode).toBe(0);
    expect(stdout).toContain("the same on both sides");
    expect(stdout).toMatch(/digest +sha256 [0-9a-f]{64}/);
    const ask = ["search", "who pays", "--json"];
    const [here, there] = [
      await mediasearch(ask, { home }),
      await mediasearch([...ask, "--store", copy], { home }),
    ];
    expect(found(there).hits.length).toBeGreaterThan(0);
    expect(found(there)).toEqual(found(here));
  });

  it("takes a part with --only, and finds it there the second time", async () => {
    const home = await captionLibrary();
    const copy = join(home, "copy.sqlite");
    const call = ["migrate", "--to", copy, "--only", "talk-1.vtt", "--only", "talk-2*", "--json"];
    expect(JSON.parse((await mediasearch(call, { home })).stdout) as Report).toMatchObject({
      copied: { copied: 2, present: 0 },
      proof: { versions: 2, differences: [] },
    });
    expect(JSON.parse((await mediasearch(call, { home })).stdout) as Report).toMatchObject({
      copied: { copied: 0, present: 2 },
    });
  });

  it("only compares with --verify, and tells what differs", async () => {
    const home = await captionLibrary(3);
    const copy = join(home, "copy.sqlite");
    await mediasearch(["migrate", "--to", copy], { home });
    expect((await mediasearch(["migrate", "--to", copy, "--verify"], { home })).exitCode).toBe(0);
    const db = new Sqlite(copy);
    db.exec("UPDATE segments SET start_ms = start_ms + 1 WHERE id = 1");
    db.close();
    const { exitCode, stdout } = await mediasearch(["migrate", "--to", copy, "--verify"], { home });
    expect(
      [exitCode, stdout.includes("1 difference"), stdout.includes("its content is another")],
      stdout,
    ).toEqual([3, true, true]);
    expect(
      (await mediasearch(["migrate", "--to", join(home, "none.sqlite"), "--verify"], { home }))
        .exitCode,
    ).toBe(10);
  });

  it("refuses a move onto itself and a name that is no place", async () => {
    const home = await captionLibrary(1);
    const same = await mediasearch(["migrate", "--to", "local", "--from", "local"], { home });
    expect([same.exitCode, same.stderr.includes("already")]).toEqual([2, true]);
    const nowhere = await mediasearch(["migrate", "--to", "nowhere"], { home });
    expect([nowhere.exitCode, nowhere.stderr.includes("--to vast")]).toEqual([2, true]);
  });

  it("killed again and again it goes on and ends with the same library", async () => {
    const home = await captionLibrary(40);
    const copy = join(home, "copy.sqlite");
    let kills = 0;
    // The first is struck as soon as it has begun to write, however fast the machine is.
    for (const afterMs of [0, 150, 200, 250, 300, 350])
      if (await killed(["migrate", "--to", copy], { home, afterMs, begun: () => existsSync(copy) }))
        kills++;
    expect(kills).toBeGreaterThan(0);
    const last = JSON.parse(
      (await mediasearch(["migrate", "--to", copy, "--json"], { home })).stdout,
    ) as Report;
    expect(last.proof).toMatchObject({ versions: 40, differences: [] });
    const clean = JSON.parse(
      (await mediasearch(["migrate", "--to", join(home, "clean.sqlite"), "--json"], { home }))
        .stdout,
    ) as Report;
    expect(last.proof?.digest).toBe(clean.proof?.digest);
  });
});
