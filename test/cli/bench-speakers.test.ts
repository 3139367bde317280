import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FIXTURES, mediasearch, tempFolder } from "../helpers/run.ts";

/** Its four sentences, from fixtures/media/truth.json. */
const DIALOGUE = [
  [0.5, 3.54, "rms"],
  [4.04, 7.36, "slt"],
  [7.86, 10.86, "rms"],
  [11.36, 13.935, "slt"],
] as const;

describe("bench speakers", () => {
  const samples = (annotation: string): string => {
    const folder = tempFolder();
    copyFileSync(join(FIXTURES, "dialogue.ogg"), join(folder, "dialogue.ogg"));
    copyFileSync(join(FIXTURES, "bees.flac"), join(folder, "bees.flac"));
    writeFileSync(join(folder, "dialogue.rttm"), annotation);
    return folder;
  };
  const rttm = DIALOGUE.map(
    ([start, end, who]) =>
      `SPEAKER dialogue 1 ${start} ${(end - start).toFixed(3)} <NA> <NA> ${who} <NA> <NA>\n`,
  ).join("");

  it("measures who speaks when on recordings that have an .rttm beside them", async () => {
    const folder = samples(rttm);
    const { stdout, exitCode } = await mediasearch(["bench", "speakers", folder, "--json"], {
      home: tempFolder(),
    });
    expect(exitCode).toBe(0);
    const report = JSON.parse(stdout) as {
      foundOut: { errorRate: number; rightNumbers: number; confusedMs: number };
      files: { name: string; foundOut: { speakers: number } }[];
    };
    expect(report.files.map(({ name }) => name)).toEqual(["dialogue.ogg"]);
    expect(report.files[0]?.foundOut.speakers).toBe(2);
    expect(report.foundOut).toMatchObject({ rightNumbers: 1, confusedMs: 0 });
    expect(report.foundOut.errorRate).toBeLessThan(0.15);
    const shown = await mediasearch(["bench", "speakers", folder], { home: tempFolder() });
    expect(shown.stdout).toMatch(/dialogue\.ogg .* 2 of 2/);
    expect(shown.stdout).toMatch(/number of speakers right in 1 of 1 file;/);
  });

  it("tells what it could not measure, and where there is nothing to measure", async () => {
    const broken = await mediasearch(["bench", "speakers", samples("SPEAKER what\n")], {
      home: tempFolder(),
    });
    expect([broken.exitCode, broken.stdout]).toEqual([3, expect.stringMatching(/line 1/)]);
    const none = await mediasearch(["bench", "speakers", FIXTURES], { home: tempFolder() });
    expect([none.exitCode, none.stderr]).toEqual([17, expect.stringContaining(".rttm")]);
  });
});
