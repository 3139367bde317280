import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FIXTURES, found, mediasearch, tempFolder } from "../helpers/run.ts";
import { type S3Server, startS3 } from "../helpers/s3.ts";

let s3: S3Server;
beforeAll(async () => {
  s3 = await startS3();
});
afterAll(() => s3.stop());

describe("migrate --with-media", () => {
  it("uploads recordings and captions, names them in the bucket, and the next index there has nothing to do", async () => {
    const home = tempFolder();
    mkdirSync(join(home, "media/deep"), { recursive: true });
    for (const [name, to] of [
      ["budget.wav", "budget.wav"],
      ["news.mp3", "deep/news.mp3"],
      ["news.en.srt", "deep/news.en.srt"],
      ["minutes.vtt", "minutes.vtt"],
    ] as const)
      cpSync(join(FIXTURES, name), join(home, "media", to));
    expect((await mediasearch(["index", join(home, "media")], { home })).exitCode).toBe(0);
    const copy = join(home, "copy.sqlite");
    const env = { ...s3.env, MEDIA_BUCKET: "media" };
    const moved = await mediasearch(["migrate", "--to", copy, "--with-media", "--json"], {
      home,
      env,
    });
    expect(moved.exitCode, moved.stdout + moved.stderr).toBe(0);
    expect(JSON.parse(moved.stdout)).toMatchObject({
      copied: { copied: 3 },
      media: { uploaded: 3, absent: [], failed: [] },
      proof: { versions: 3, differences: [] },
    });
    rmSync(join(home, "media"), { recursive: true });
    const hit = found(
      await mediasearch(["search", "hire people in the spring", "--json", "--store", copy], {
        home,
        env,
      }),
    ).hits[0];
    expect(hit?.file).toBe("s3://media/budget.wav");
    const again = await mediasearch(["index", "s3://media/", "--store", copy], { home, env });
    expect([again.exitCode, again.stderr.includes("3 unchanged")], again.stderr).toEqual([0, true]);
  });

  it("takes corrections along: they can be seen and taken back there, and hold for what is recognised again", async () => {
    const home = tempFolder();
    const media = join(home, "media");
    mkdirSync(media);
    cpSync(join(FIXTURES, "budget.wav"), join(media, "budget.wav"));
    const store = join(home, "copy.sqlite");
    const env = { ...s3.env, MEDIA_BUCKET: "media" };
    const run = (...argv: readonly string[]) => mediasearch(argv, { home, cwd: home, env });
    const there = (...argv: readonly string[]) => run(...argv, "--store", store);
    const files = async (word: string): Promise<string[]> =>
      found(await there("search", word, "--mode", "keyword", "--json")).hits.map(
        ({ file }) => file,
      );
    await run("index", media);
    await run("export", "budget.wav", "--format", "vtt", "-o", home);
    const text = join(home, "budget.vtt");
    writeFileSync(text, readFileSync(text, "utf8").replaceAll(/budget/gi, "zeppelin"));
    await run("import", text, "--for", join(media, "budget.wav"));
    const moved = await run("migrate", "--to", store, "--with-media");
    expect(moved.exitCode, moved.stdout + moved.stderr).toBe(0);
    const object = "s3://media/budget.wav";
    expect(await files("zeppelin")).toEqual([object]);
    expect((await there("edits")).stdout).toContain(object);
    expect((await there("index", object)).stderr).toContain("1 unchanged");
    // Another recogniser hears something else; the correction is laid over it.
    const again = await there("index", object, "--engine", "STUB");
    expect(again.stderr).toMatch(/indexed 1 .*1 recognised/);
    expect(await files("zeppelin")).toEqual([object]);
    expect((await there("edits", "undo", object, "--all")).exitCode).toBe(0);
    expect(await files("zeppelin")).toEqual([]);
  });

  it("moves transcripts of recordings that are gone under their old names, and asks for the bucket", async () => {
    const home = tempFolder();
    mkdirSync(join(home, "media"));
    cpSync(join(FIXTURES, "minutes.vtt"), join(home, "media/minutes.vtt"));
    await mediasearch(["index", join(home, "media")], { home });
    rmSync(join(home, "media/minutes.vtt"));
    const call = ["migrate", "--to", join(home, "copy.sqlite"), "--with-media"];
    expect((await mediasearch(call, { home, env: s3.env })).stderr).toContain("MEDIA_BUCKET=");
    const { exitCode, stdout } = await mediasearch(call, {
      home,
      env: { ...s3.env, MEDIA_BUCKET: "media" },
    });
    expect([exitCode, stdout.includes("1 file not on this machine")], stdout).toEqual([0, true]);
  });
});
