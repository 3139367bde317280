import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { found, mediasearch } from "../helpers/run.ts";

const home = mkdtempSync(join(tmpdir(), "mediasearch-forms-"));
const folder = join(home, "talks");
const LINES: Readonly<Record<string, readonly string[]>> = {
  "a.fr.vtt": ["Lui et elle et nous.", "Et puis, et puis.", "Cet été il fera chaud."],
  "b.en.vtt": [
    "The universe is large.",
    "C is a letter.",
    "A net of ropes.",
    "At the tea party.",
    "The university opens.",
    "She writes C++ all day.",
    "It runs on .NET now.",
    "He left AT&T last year.",
    "About 1,234,567 people came.",
  ],
};
beforeAll(async () => {
  mkdirSync(folder);
  for (const [name, lines] of Object.entries(LINES))
    writeFileSync(
      join(folder, name),
      `WEBVTT\n\n${lines.map((line, i) => `00:${10 + i}:00.000 --> 00:${10 + i}:08.000\n${line}\n`).join("\n")}`,
    );
  await mediasearch(["index", folder], { home });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));
const texts = async (...argv: readonly string[]): Promise<string[]> =>
  found(await mediasearch(["search", ...argv, "--json"], { home, cwd: folder })).hits.map(
    ({ text }) => text,
  );

describe("words as they were typed", () => {
  it.each([
    ["été", "Cet été il fera chaud."],
    ["university", "The university opens."],
    ["universe", "The universe is large."],
    ["C++", "She writes C++ all day."],
    [".NET", "It runs on .NET now."],
    ["AT&T", "He left AT&T last year."],
    ["1234567", "About 1,234,567 people came."],
    ["1.234.567", "About 1,234,567 people came."],
  ])("%s comes first, in every mode with words", async (query, line) => {
    for (const mode of ["keyword", "hybrid"])
      expect((await texts(query, "--mode", mode))[0], mode).toBe(line);
  });
  it("in quotes, and beside operators, must have their signs", async () => {
    for (const query of ['"C++"', '"writes C++"', "C++ AND day"])
      expect(await texts(query, "--mode", "keyword"), query).toEqual(["She writes C++ all day."]);
    expect(await texts('"C#"', "--mode", "keyword")).toEqual([]);
  });
});
