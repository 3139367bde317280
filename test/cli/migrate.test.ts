import { join } from "node:path";
import { spawn } from "node:child_process";
import { describe, expect, it } from "vitest";
import { captionLibrary } from "../helpers/caption-library.ts";
import { BIN, environment, found, mediasearch } from "../helpers/run.ts";

interface Report {
  readonly dryRun: boolean;
  readonly cost: { readonly files: number };
  readonly copied: { readonly copied: number; readonly present: number } | null;
  readonly proof: { readonly versions: number; readonly digest: string; readonly differences: readonly unknown[] } | null;
}

describe("migrate --to a library file", () => {
  it("says first what it would do, then copies, proves it, and both answer alike", async () => {
    const home = await captionLibrary();
    const copy = join(home, "copy.sqlite");
    const plan = await mediasearch(["migrate", "--to", copy, "--dry-run", "--json"], { home });
    expect(JSON.parse(plan.stdout) as Report).toMatchObject({ dryRun: true, cost: { files: 6 }, copied: null });
    const { exitCode, stdout } = await mediasearch(["migrate", "--to", copy], { home });
    expect(exitCode).toBe(0);
    expect(stdout).toContain("the same on both sides");
    expect(stdout).toMatch(/digest +sha256 [0-9a-f]{64}/);
    const ask = ["search", "who pays", "--json"];
    const [here, there] = [await mediasearch(ask, { home }), await mediasearch([...ask, "--store", copy], { home })];
    expect(found(there).hits.length).toBeGreaterThan(0);
    expect(found(there)).toEqual(found(here));
  });

  it("takes a part with --only, and finds it there the second time", async () => {
    const home = await captionLibrary();
    const copy = join(home, "copy.sqlite");
    const call = ["migrate", "--to", copy, "--only", "talk-1.vtt", "--only", "talk-2*", "--json"];
    expect(JSON.parse((await mediasearch(call, { home })).stdout) as Report).toMatchObject({ copied: { copied: 2, present: 0 }, proof: { versions: 2, differences: [] } });
    expect(JSON.parse((await mediasearch(call, { home })).stdout) as Report).toMatchObject({ copied: { copied: 0, present: 2 } });
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
    for (const waitMs of [250, 300, 350, 400, 450, 500]) {
      const child = spawn(process.execPath, [BIN, "migrate", "--to", copy], { env: environment(home), stdio: "ignore", detached: true });
      const ended = new Promise<boolean>((resolve) => { child.on("exit", (_code, signal) => resolve(signal === "SIGKILL")); });
      await new Promise((resolve) => { setTimeout(resolve, waitMs); });
      try {
        process.kill(-(child.pid ?? 0), "SIGKILL");
      } catch {
        // It was done already.
      }
      if (await ended) kills++;
    }
    expect(kills).toBeGreaterThan(0);
    const last = JSON.parse((await mediasearch(["migrate", "--to", copy, "--json"], { home })).stdout) as Report;
    expect(last.proof).toMatchObject({ versions: 40, differences: [] });
    const clean = JSON.parse((await mediasearch(["migrate", "--to", join(home, "clean.sqlite"), "--json"], { home })).stdout) as Report;
    expect(last.proof?.digest).toBe(clean.proof?.digest);
  }, 60_000);
});
