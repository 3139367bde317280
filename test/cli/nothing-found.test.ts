import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { found, mediasearch } from "../helpers/run.ts";

const home = mkdtempSync(join(tmpdir(), "mediasearch-nothing-"));
const folder = join(home, "talks");
const vtt = (...lines: readonly string[]): string =>
  `WEBVTT\n\n${lines.map((line, i) => `00:${10 + i}:00.000 --> 00:${10 + i}:08.000\n${line}\n`).join("\n")}`;
beforeAll(async () => {
  mkdirSync(folder);
  const files = {
    "council.en.vtt": vtt(
      "<v Ann Lee>The bridge will be closed from Monday.",
      "<v Tom Brown>Who pays for the repair of the car park?",
      "<v Ann Lee>The mayor has asked for more buses.",
    ),
    "rat.de.vtt": vtt("<v Jonas Weber>Die Brücke wird am Montag gesperrt."),
  };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text);
    utimesSync(join(folder, name), new Date(2020, 5, 1), new Date(2020, 5, 1));
  }
  await mediasearch(["index", folder], { home });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));
const run = (...argv: readonly string[]) => mediasearch(["search", ...argv], { home, cwd: folder });

describe("what nobody said", () => {
  it("is not found in any mode, unless a least score is given", async () => {
    for (const mode of ["keyword", "semantic", "hybrid"])
      for (const word of ["xylophone", "volcano", "Ottokar", "quarterback", "violin"]) {
        const result = await run(word, "--mode", mode);
        expect([word, mode, result.exitCode, result.stdout]).toEqual([word, mode, 0, ""]);
        expect(result.stderr).toMatch(/nothing found\n$/);
      }
    expect(found(await run("xylophone", "--min-score", "-1", "--json")).total).toBe(4);
    expect(found(await run("bridge", "--min-score", "99", "--json")).total).toBe(0);
    expect((await run("bridge", "--min-score", "much")).stderr).toContain(
      '--min-score: must be a number, not "much"',
    );
  });
  it("in other words is found, and said to be near only", async () => {
    for (const mode of ["semantic", "hybrid"]) {
      const { stdout, stderr } = await run("automobile", "--mode", mode);
      expect(stdout).toContain("repair of the car park");
      expect(stderr).toContain("nobody says a word of the query; this is near in meaning\n");
    }
    expect((await run("bridge")).stderr).not.toContain("nobody says");
  });
  it("leaves out what is near only by chance, and nothing that has the words", async () => {
    const { hits } = found(await run("the bridge on Monday", "--json"));
    expect(hits[0]?.text).toBe("The bridge will be closed from Monday.");
    expect(hits.map(({ text }) => text)).not.toContain("The mayor has asked for more buses.");
  });
});

describe("why nothing was found", () => {
  it("is told when it is a filter, in every mode, as flag or in the query", async () => {
    const reasons: readonly (readonly [readonly string[], string])[] = [
      [["bridge", "--speaker", "Nobody"], "nobody is called Nobody; speakers are Ann Lee, "],
      [["bridge", "speaker:brwn"], "nobody is called brwn; there is Tom Brown"],
      [["bridge", "--lang", "fr"], "no file is in the language fr; the library has "],
      [["bridge", "lang:fr"], "no file is in the language fr; the library has "],
      [["bridge", "--after", "2021"], "the recordings of the library are 2020-06-01"],
      [["bridge", "--origin", "asr"], "no file of the library was recognised"],
      [["bridge", "duration:>10h"], "the files of the library last from 10 min to 12 min"],
      [
        ["bridge", 'file:"*.mp9"'],
        "no file of the library is meant by file:*.mp9; mediasearch list shows them",
      ],
    ];
    for (const mode of ["keyword", "hybrid"])
      for (const [argv, reason] of reasons) {
        const { stdout, stderr } = await run(...argv, "--mode", mode);
        expect([stdout, stderr], argv.join(" ")).toEqual(["", expect.stringContaining(reason)]);
        const page = JSON.parse((await run(...argv, "--mode", mode, "--json")).stdout) as {
          note: string;
        };
        expect(page.note).toContain(reason);
      }
  });
  it("is not told when files meet the filters", async () => {
    expect((await run("xylophone", "--speaker", "ann")).stderr).toBe("nothing found\n");
  });
});
