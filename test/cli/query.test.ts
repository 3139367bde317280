import { utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { found, mediasearch, tempFolder } from "../helpers/run.ts";

const vtt = (...lines: readonly string[]): string =>
  `WEBVTT\n\n${lines.map((line, i) => `00:0${i}:00.000 --> 00:0${i}:08.000\n${line}\n`).join("\n")}`;

async function library() {
  const home = tempFolder();
  const folder = tempFolder();
  writeFileSync(
    join(folder, "board.en.vtt"),
    vtt(
      "<v Ann Lee>The budget for the next",
      "<v Ann Lee>year is a draft, the committee said.",
      "<v Tom>Nobody has counted the money.",
    ),
  );
  writeFileSync(
    join(folder, "visit.zh.vtt"),
    vtt("<v 王>我喜欢图书馆。", "<v 王>今天的预算是多少？"),
  );
  utimesSync(join(folder, "visit.zh.vtt"), new Date(2020, 5, 1), new Date(2020, 5, 1));
  expect((await mediasearch(["index", folder], { home })).exitCode).toBe(0);
  const run = (...argv: readonly string[]) => mediasearch(argv, { home, cwd: folder });
  return {
    run,
    texts: async (...argv: readonly string[]) =>
      found(await run("search", "--json", "--all-hits", ...argv)).hits.map(({ text }) =>
        text.slice(0, 12),
      ),
  };
}

describe("a query", () => {
  it("with signs and filters finds just what they say, in every mode", async () => {
    const { texts } = await library();
    for (const mode of ["keyword", "semantic", "hybrid"]) {
      const ask = (query: string, ...flags: readonly string[]) =>
        texts(query, "--mode", mode, ...flags);
      expect(await ask('"the next year"'), mode).toEqual(["The budget f"]);
      expect((await ask("committ* OR money")).toSorted(), mode).toEqual([
        "Nobody has c",
        "year is a dr",
      ]);
      expect(await ask("budget money speaker:ann -draft"), mode).toEqual(["The budget f"]);
      expect(await ask("money -money", "--lang", "zh", "--min-score", "-1"), mode).toHaveLength(
        mode === "keyword" ? 0 : 2,
      );
      expect(await ask("speaker:王 图书馆"), mode).toContain("我喜欢图书馆。");
      expect(await ask("预算 file:*.zh.vtt before:2021"), mode).toContain("今天的预算是多少？");
      expect(await ask("budget", "--before", "2020-06-01"), mode).toEqual([]);
    }
  });
  it("that is malformed says where, and a wrong flag what it may be", async () => {
    const { run } = await library();
    const { exitCode, stderr } = await run("search", "budget AND (money OR");
    expect([exitCode, stderr.split("\n").slice(0, 3)]).toEqual([
      2,
      [
        "error: the query is malformed at column 12: this is not closed",
        "  budget AND (money OR",
        "             ^",
      ],
    ]);
    expect((await run("search", "budget", "--after", "soon")).stderr).toContain(
      '--after: must be a date such as 2026, 2026-01, 2026-01-31, today, yesterday or 7d (days ago), not "soon"',
    );
  });
  it("with a word that nobody said gets a suggestion on stderr and in JSON, and none when all were said", async () => {
    const { run } = await library();
    expect((await run("search", "the bugdet, please", "--mode", "keyword")).stderr).toContain(
      "did you mean: the budget, please",
    );
    expect(
      JSON.parse((await run("search", "comittee", "--json", "--mode", "keyword")).stdout),
    ).toMatchObject({ total: 0, didYouMean: "committee" });
    expect(JSON.parse((await run("search", "committees", "--json")).stdout)).toMatchObject({
      didYouMean: null,
    });
  });
  it("has filters that list has too", async () => {
    const { run } = await library();
    const files = async (...flags: readonly string[]) =>
      (
        JSON.parse((await run("list", "--json", ...flags)).stdout) as {
          files: { displayFile: string }[];
        }
      ).files.map(({ displayFile }) => displayFile);
    expect([
      await files("--lang", "zh"),
      await files("--speaker", "lee"),
      await files("--after", "2021"),
      await files("--origin", "asr"),
      await files("--duration", "<2m", "--file", "*.vtt"),
    ]).toEqual([["visit.zh.vtt"], ["board.en.vtt"], ["board.en.vtt"], [], ["visit.zh.vtt"]]);
  });
});
