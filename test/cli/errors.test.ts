import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { captionLibrary } from "../helpers/caption-library.ts";
import { BIN, environment, mediasearch, tempFolder } from "../helpers/run.ts";
import { splitShellWords } from "../../src/shell-words.ts";
import { schemaErrors } from "../helpers/schema.ts";

const lastLine = (stderr: string): string => stderr.trimEnd().split("\n").at(-1) ?? "";

describe("an error with --json", () => {
  it("is JSON whatever is wrong, also with what the parser refuses", async () => {
    const home = tempFolder();
    for (const [argv, told] of [
      [["search", "x", "--json", "--nonsense"], "unknown option '--nonsense'"],
      [["search", "x", "--json", "--origin", "foo"], "captions, asr"],
      [["search", "x", "--format", "json", "--limit", "0"], "1 to 1000"],
      [["search", "x", "--format=ndjson", "--mode", "magic"], "keyword, semantic"],
      [["transcript", "--json"], "missing required argument"],
      [["--json"], "unknown option"],
      [["doctor", "--readiness", "--json", "--format", "md"], "--json: is --format json"],
    ] as const) {
      const { exitCode, stdout, stderr } = await mediasearch(argv, { home });
      expect([exitCode, stdout], argv.join(" ")).toEqual([2, ""]);
      const error: unknown = JSON.parse(lastLine(stderr));
      expect(schemaErrors("error", error)).toBe("");
      expect(JSON.stringify(error)).toContain(told);
    }
  });

  it("is JSON only where JSON was asked for: neither a word of the query nor another option's value asks", async () => {
    const home = tempFolder();
    for (const argv of [
      ["search", "json"],
      ["search", "json", "--limit", "0"],
      ["search", "x", "--file", "--json", "--limit", "0"],
      ["search", "--mode", "keyword", "--", "--json"],
    ]) {
      const { exitCode, stderr } = await mediasearch(argv, { home });
      expect(exitCode, argv.join(" ")).toBeGreaterThan(0);
      expect(stderr, argv.join(" ")).toMatch(/^error: /);
    }
  });
});

describe("a word with a minus before it", () => {
  it.each([
    [["search", "committee", "-draft"], "if it belongs to the query", "search -- committee -draft"],
    [["search", "-x"], "if it belongs to the query", "search -- -x"],
    [
      ["search", "--mode", "keyword", "-x y", "--limit=3", "budget"],
      "if it belongs to the query",
      'search --mode keyword --limit=3 -- "-x y" budget',
    ],
    [["transcript", "-a.mp3"], "if it is no option", "transcript -- -a.mp3"],
  ] as const)(
    "that is taken for an option is told where it belongs: %j",
    async (argv, why, right) => {
      const { stderr } = await mediasearch(argv, { home: tempFolder() });
      expect(lastLine(stderr)).toBe(`next:  ${why}: mediasearch ${right}`);
      const again = splitShellWords(right);
      expect((await mediasearch(again, { home: tempFolder() })).stderr).not.toContain("option");
    },
  );
});

describe.skipIf(!existsSync("/dev/full"))("output onto a full disk", () => {
  it("ends with 18 and one line, no trace", async () => {
    const home = await captionLibrary(2);
    for (const argv of [
      "search bridge --mode keyword",
      "list",
      "transcript talk-0.vtt",
      "--help",
      "search --help",
      "config",
      "completion bash",
    ]) {
      const { status, stderr } = spawnSync(
        "/bin/sh",
        ["-c", `"$NODE" "$BIN" ${argv} > /dev/full`],
        { env: { ...environment(home), NODE: process.execPath, BIN }, encoding: "utf8" },
      );
      expect([status, lastLine(stderr)], `${argv}: ${stderr}`).toEqual([
        18,
        "error: standard output: no space left on the disk",
      ]);
      expect(stderr.match(/error:/g)).toHaveLength(1);
      expect(stderr).not.toMatch(/ {4}at /);
    }
    const { stderr } = spawnSync("/bin/sh", ["-c", `"$NODE" "$BIN" list --json > /dev/full`], {
      env: { ...environment(home), NODE: process.execPath, BIN },
      encoding: "utf8",
    });
    expect(JSON.parse(lastLine(stderr))).toMatchObject({
      error: { code: "NO_SPACE", exitCode: 18 },
    });
  });
});
