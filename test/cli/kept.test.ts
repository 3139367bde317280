import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { FIXTURES, found, mediasearch, type Result, tempFolder } from "../helpers/run.ts";

let home: string;
let media: string;

const run = (...argv: readonly string[]): Promise<Result> => mediasearch(argv, { home, cwd: home });
const index = (...argv: readonly string[]): Promise<Result> => run("index", media, ...argv);
const files = async (word: string): Promise<string[]> =>
  found(await run("search", word, "--mode", "keyword", "--json")).hits.map(
    ({ displayFile }) => displayFile,
  );

/** Replaces a word in the transcript of a recording by hand. */
async function correct(name: string, from: RegExp, to: string): Promise<void> {
  await run("export", name, "--format", "vtt", "-o", home, "--force");
  const text = join(home, name.replace(/\.[^.]+$/, ".vtt"));
  writeFileSync(text, readFileSync(text, "utf8").replaceAll(from, to));
  const imported = await run("import", text, "--for", join(media, name));
  expect(imported.exitCode, imported.stderr).toBe(0);
}

beforeEach(() => {
  home = tempFolder();
  media = join(home, "media");
  mkdirSync(media);
});

const put = (source: string, name: string): void =>
  cpSync(join(FIXTURES, source), join(media, name));

describe("what a person corrected", () => {
  it("moves with the file, outlives its folder, options and other engines", async () => {
    put("budget.wav", "a.wav");
    await index();
    await correct("a.wav", /budget/gi, "zeppelin");
    expect(await files("zeppelin")).toEqual(["media/a.wav"]);
    renameSync(join(media, "a.wav"), join(media, "b.wav"));
    const moved = await index();
    expect(moved.stderr).toMatch(/moved: media\/b\.wav[\s\S]*indexed 0 /);
    expect(await files("zeppelin")).toEqual(["media/b.wav"]);
    renameSync(media, join(home, "elsewhere"));
    media = join(home, "elsewhere");
    expect((await index("--language", "en", "--captions", "ignore")).stderr).toMatch(
      /moved: elsewhere\/b\.wav[\s\S]*indexed 0 /,
    );
    // Another recogniser hears something else; the correction is laid over it.
    const other = await index("--engine", "STUB");
    expect(other.stderr, other.stderr).toMatch(/indexed 1 .*1 recognised/);
    expect(await files("zeppelin")).toEqual(["elsewhere/b.wav"]);
    // The first recogniser's words are in the archive: it need not do them again.
    expect((await index()).stderr).toMatch(/restored: .*[\s\S]*indexed 0 .*1 reused/);
    expect(await files("zeppelin")).toEqual(["elsewhere/b.wav"]);
    expect(await files("budget")).toEqual([]);
  });

  it("and the names of speakers hold for what is read anew, and for copies", async () => {
    const vtt = (words: string): string =>
      `WEBVTT\n\n00:00.000 --> 00:04.000\n<v Speaker 1>The bridge is closed.\n\n00:05.000 --> 00:09.000\n<v Speaker 2>${words}\n`;
    put("budget.wav", "a.wav");
    writeFileSync(join(media, "a.vtt"), vtt("Nobody knows."));
    await index();
    await run("speakers", "rename", "speaker 1", "Ada Moreau");
    writeFileSync(join(media, "a.vtt"), vtt("Nobody knows who pays."));
    expect((await index()).stderr).toMatch(/indexed 1 /);
    const speakers = async (): Promise<string[]> =>
      (
        JSON.parse((await run("speakers", "--json")).stdout) as {
          speakers: { speaker: string }[];
        }
      ).speakers.map(({ speaker }) => speaker);
    expect(await speakers()).toEqual(["Ada Moreau", "Speaker 2"]);
    expect(await files("pays")).toEqual(["media/a.wav"]);
    put("budget.wav", "copy.wav");
    writeFileSync(join(media, "copy.vtt"), vtt("Nobody knows who pays."));
    expect((await index()).stderr).toMatch(/copied: media\/copy\.wav/);
    expect(await speakers()).toEqual(["Ada Moreau", "Speaker 2"]);
  });

  it("stays when only the tags of the file change", async () => {
    put("budget.wav", "a.wav");
    await index();
    await correct("a.wav", /budget/gi, "zeppelin");
    const bytes = readFileSync(join(media, "a.wav"));
    writeFileSync(join(media, "a.wav"), Buffer.concat([bytes, Buffer.from("LIST\x04\0\0\0INFO")]));
    const again = await index();
    expect(again.stderr).toMatch(/what was changed by hand was kept/);
    expect(await files("zeppelin")).toEqual(["media/a.wav"]);
  });

  it("is there before the recording is ever recognised, and is not recognised over", async () => {
    put("budget.wav", "a.wav");
    const text = join(home, "mine.srt");
    writeFileSync(text, "1\n00:00:00,000 --> 00:00:05,000\nMy own zeppelin.\n");
    await run("import", text, "--for", join(media, "a.wav"));
    expect((await index()).stderr).toMatch(/indexed 0 .*1 unchanged/);
    renameSync(join(media, "a.wav"), join(media, "b.wav"));
    expect((await index("--engine", "STUB")).stderr).toMatch(/moved: media\/b\.wav/);
    expect(await files("zeppelin")).toEqual(["media/b.wav"]);
  });

  it("goes to another library with its history", async () => {
    put("budget.wav", "a.wav");
    await index();
    await correct("a.wav", /budget/gi, "zeppelin");
    const out = join(home, "out");
    await run("export", "a.wav", "-o", out);
    const store = ["--store", join(home, "other.sqlite")];
    await run("import", out, ...store);
    expect((await index(...store)).stderr).toMatch(/1 unchanged/);
    expect((await index("--engine", "STUB", ...store)).stderr).toMatch(/1 recognised/);
    expect(
      found(await run("search", "zeppelin", "--mode", "keyword", "--json", ...store)).total,
    ).toBeGreaterThan(0);
  });
});

describe("recognition that was done", () => {
  it("is not done again for options that change nothing, nor for captions that come and go", async () => {
    put("budget.wav", "a.wav");
    await index();
    for (const options of [
      ["--language", "en"],
      ["--captions", "ignore"],
      ["--captions", "prefer", "--language", "en-GB"],
      [],
    ]) {
      const again = await index(...options);
      expect(again.stderr, options.join(" ")).toMatch(/indexed 0 .*1 unchanged/);
    }
    writeFileSync(join(media, "a.vtt"), "WEBVTT\n\n00:00.000 --> 00:04.000\nWalrus captions.\n");
    expect((await index()).stderr).toMatch(/indexed 1 \(1 from captions/);
    expect(await files("walrus")).toEqual(["media/a.wav"]);
    expect((await index("--captions", "ignore")).stderr).toMatch(/indexed 0 .*1 reused/);
    expect(await files("walrus")).toEqual([]);
    expect(await files("budget")).toEqual(["media/a.wav"]);
    expect((await index()).stderr).toMatch(/1 reused/);
    expect(await files("walrus")).toEqual(["media/a.wav"]);
  });

  it("is done when another language is asked for", async () => {
    put("budget.wav", "a.wav");
    await index();
    expect((await index("--language", "de")).stderr).toMatch(/indexed 1 .*1 recognised/);
  });
});

describe("changes by hand", () => {
  it("are listed, shown line by line, and taken back; the original can be read meanwhile", async () => {
    put("budget.wav", "a.wav");
    await index();
    expect((await run("edits")).stderr).toBe("nothing was changed by hand\n");
    await correct("a.wav", /budget/gi, "zeppelin");
    await correct("a.wav", /zeppelin/gi, "airship");
    expect((await run("edits")).stdout).toMatch(/media\/a\.wav {2}2 changes\n.* corrected/);
    expect((await run("edits", "show", "a.wav")).stdout).toMatch(
      / - \S+ {2}.*budget[\s\S]* \+ \S+ {2}.*zeppelin/i,
    );
    expect((await run("transcript", "a.wav")).stdout).toContain("airship");
    expect((await run("transcript", "a.wav", "--original")).stdout).toMatch(/budget/i);
    expect((await run("transcript", "a.wav", "--archived")).stdout).toContain("zeppelin");
    expect((await run("transcript", "a.wav", "--archived", "--number", "2")).stdout).toMatch(
      /budget/i,
    );
    expect((await run("transcript", "a.wav", "--archived", "--number", "9")).exitCode).toBe(17);
    expect((await run("edits", "undo", "a.wav")).exitCode).toBe(0);
    expect(await files("zeppelin")).toEqual(["media/a.wav"]);
    expect((await run("edits", "undo", "a.wav", "--all")).exitCode).toBe(0);
    expect(await files("budget")).toEqual(["media/a.wav"]);
    expect((await run("edits", "undo", "a.wav")).exitCode).toBe(17);
    expect((await index()).stderr).toMatch(/1 unchanged/);
    // What was replaced comes back as a change that holds.
    expect((await run("restore", "a.wav", "--number", "2")).exitCode).toBe(0);
    expect((await index("--engine", "STUB")).stderr).toMatch(/1 recognised/);
    expect(await files("airship")).toEqual(["media/a.wav"]);
  });
});
