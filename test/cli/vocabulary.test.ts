import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FIXTURES, mediasearch, type Result, tempFolder } from "../helpers/run.ts";

describe("index --vocabulary", () => {
  it("is part of what a transcript is made with, and refused before any work where it is no list", async () => {
    const [home, folder] = [tempFolder(), tempFolder()];
    const [media, list] = [join(folder, "bees.flac"), join(folder, "names.txt")];
    copyFileSync(join(FIXTURES, "bees.flac"), media);
    writeFileSync(list, "Ada Moreau\n");
    const index = (...more: readonly string[]): Promise<Result> =>
      mediasearch(["index", media, ...more], { home });
    const missing = await index("--vocabulary", join(folder, "nothing.txt"));
    expect([missing.exitCode, missing.stderr]).toEqual([
      2,
      expect.stringMatching(/nothing\.txt.*\n.*one name or term a line/),
    ]);
    expect((await index("--vocabulary", list)).stderr).toContain("1 recognised");
    expect((await index("--vocabulary", list)).stderr).toContain("1 unchanged");
    expect((await index()).stderr).toContain("1 unchanged");
    const { stdout } = await mediasearch(["migrate", "--retranscribe", "--dry-run"], { home });
    expect(stdout).not.toContain("bees.flac");
    writeFileSync(list, "Ada Moreau\nGuizot\n");
    expect((await index("--vocabulary", list)).stderr).toContain("1 recognised");
  });
});
