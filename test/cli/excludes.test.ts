import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { found, mediasearch, type Result, tempFolder } from "../helpers/run.ts";

let home: string;
let media: string;

const run = (...argv: readonly string[]): Promise<Result> => mediasearch(argv, { home, cwd: home });
const files = async (): Promise<string[]> =>
  found(await run("search", "bridge", "--mode", "keyword", "--json", "--limit", "50"))
    .hits.map(({ displayFile }) => displayFile.replace(/^media\//, ""))
    .toSorted();
function talk(name: string): void {
  mkdirSync(join(media, name, ".."), { recursive: true });
  writeFileSync(
    join(media, name),
    `WEBVTT\n\n00:00.000 --> 00:04.000\n<v Ann>The bridge of ${name}.\n`,
  );
}

beforeEach(() => {
  home = tempFolder();
  media = join(home, "media");
});

describe("patterns", () => {
  it("take parentheses and exclamation marks as parts of names", async () => {
    for (const name of ["talk.vtt", "talk (copy).vtt", "talk (final).vtt", "!urgent.vtt"])
      talk(name);
    await run("index", media, "--exclude", "*(copy)*");
    expect(await files()).toEqual(["!urgent.vtt", "talk (final).vtt", "talk.vtt"]);
    expect((await run("speakers", "rename", "Ann", "Zoe", "--file", "*(final)*")).stderr).toContain(
      "in 1 file",
    );
    await run("index", media, "--exclude", "!urgent.vtt");
    expect(await files()).toEqual(["talk (copy).vtt", "talk (final).vtt", "talk.vtt"]);
  });

  it("that leave out later take out, and bring back without work when they are gone", async () => {
    for (const name of ["a.vtt", "private/b.vtt", "deep/private/c.vtt", "private.vtt"]) talk(name);
    await run("index", media);
    expect(await files()).toHaveLength(4);
    const excluded = await run("index", media, "--exclude", "private/");
    expect(excluded.stderr).toMatch(/left out from now on: media\/deep\/private\/c\.vtt/);
    expect(await files()).toEqual(["a.vtt", "private.vtt"]);
    expect((await run("index", media)).stderr).toMatch(/indexed 0 .*2 unchanged, 2 reused/);
    expect(await files()).toHaveLength(4);
  });
});

describe("what nobody means", () => {
  it("is left out: folders of systems, and what an ignore file lists", async () => {
    for (const name of [
      "a.vtt",
      "#recycle/b.vtt",
      "@eaDir/c.vtt",
      "lost+found/d.vtt",
      "node_modules/e.vtt",
      "drafts/f.vtt",
      "drafts/keep.vtt",
      "deep/g-draft.vtt",
    ])
      talk(name);
    writeFileSync(
      join(media, ".mediasearchignore"),
      "# mine\n*-draft.vtt\ndrafts/*\n!drafts/keep.vtt\n",
    );
    await run("index", media);
    expect(await files()).toEqual(["a.vtt", "drafts/keep.vtt"]);
    writeFileSync(join(media, "deep", ".mediasearchignore"), "!g-draft.vtt\n");
    await run("index", media);
    expect(await files()).toEqual(["a.vtt", "deep/g-draft.vtt", "drafts/keep.vtt"]);
  });
});
