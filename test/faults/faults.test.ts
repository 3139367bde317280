import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { seeded } from "../crash/crash.ts";
import { tempFolder } from "../helpers/run.ts";
import { KINDS, planTrials } from "./plans.ts";
import { type Change, type ChangeKind, cutPower, type Policy } from "./replay.ts";
import { SCENARIOS } from "./scenarios.ts";
import { noFaults, runWithFaults } from "./shim.ts";
import { prepareScenario } from "./trials.ts";

const reason = noFaults();
if (reason !== null) process.stderr.write(`faults are not tested here: ${reason}\n`);

/** `npm run test:faults` tries more of each, and every command that writes. */
const FEW = { kills: 3, points: 2 };

describe.skipIf(reason !== null)(`faults${reason === null ? "" : ` (${reason})`}`, () => {
  for (const name of ["index", "restore", "remove --purge"])
    it(`of ${name} lose, double and halve nothing: kills, a full disk, errors, power cuts, clock steps`, async () => {
      const scenario = SCENARIOS.find((one) => one.name === name);
      if (!scenario) throw new Error(`no scenario ${name}`);
      const prepared = await prepareScenario(scenario, tempFolder());
      const random = seeded(11);
      const wrong: string[] = [];
      for (const kind of KINDS)
        for (const attempt of planTrials(kind, prepared, FEW, random)) {
          const trial = await attempt();
          wrong.push(...trial.wrong.map((why) => `${trial.what}: ${why}`));
        }
      expect(wrong).toEqual([]);
    });

  it("happen: a full disk is told as one, and a kill leaves no exit code", async () => {
    const home = join(tempFolder(), "home");
    const index = { argv: ["index", join(home, "media")], home };
    const full = await runWithFaults({
      ...index,
      fault: { call: "write", at: 1, how: "errno-on", errno: "ENOSPC" },
    });
    expect([full.exitCode, full.stderr]).toEqual([18, expect.stringContaining("space")]);
    const killed = await runWithFaults({
      ...index,
      fault: { call: "write", at: 2, how: "kill" },
    });
    expect(killed.exitCode).toBeNull();
  });
});

describe("a power cut", () => {
  const change = (
    kind: ChangeKind,
    path: string,
    { other = "", data = "" }: { other?: string; data?: string } = {},
  ): Change => ({ kind, path, other, offset: 0, data: Buffer.from(data) });

  /** What a folder with the file `old` has of `new` when changes are cut off after `count`. */
  function cut(count: number, policy: Policy, changes: (folder: string) => readonly Change[]) {
    const folder = join(tempFolder(), "disk");
    const before = new Map([[join(folder, "old"), Buffer.from("before")]]);
    cutPower(folder, before, changes(folder), { count, policy, random: seeded(3) });
    const read = (name: string): string | null =>
      existsSync(join(folder, name)) ? readFileSync(join(folder, name), "utf8") : null;
    return { old: read("old"), new: read("new") };
  }
  /** As files are written that must be there as a whole. */
  const whole = (folder: string): Change[] => [
    change("create", join(folder, "new")),
    change("write", join(folder, "new"), { data: "after" }),
    change("sync", join(folder, "new")),
    change("rename", join(folder, "new"), { other: join(folder, "old") }),
    change("sync", folder),
  ];
  const hasty = (folder: string): Change[] => whole(folder).filter(({ kind }) => kind !== "sync");

  it("keeps what was synced, and its name once the folder was", () => {
    expect(cut(4, "synced", whole)).toEqual({ old: "before", new: null });
    expect(cut(4, "names", whole)).toEqual({ old: "after", new: null });
    expect(cut(5, "synced", whole)).toEqual({ old: "after", new: null });
  });

  it("loses what was not", () => {
    expect(cut(3, "names", hasty)).toEqual({ old: "", new: null });
    expect(cut(3, "synced", hasty)).toEqual({ old: "before", new: null });
  });
});
