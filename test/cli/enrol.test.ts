import { copyFileSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { FIXTURES, mediasearch, type Result, tempFolder } from "../helpers/run.ts";

interface Match {
  readonly speaker: string;
  readonly name: string | null;
  readonly similarity: number;
}

describe("people who are known by their voices", () => {
  it("are found in other recordings, unless somebody named them otherwise; forgotten and purged they are gone from the disk", async () => {
    const home = tempFolder();
    const folder = tempFolder();
    for (const name of ["dialogue.ogg", "bridge.mp3", "budget.wav", "lecture.mp3"])
      copyFileSync(join(FIXTURES, name), join(folder, name));
    const dialogue = join(folder, "dialogue.ogg");
    const speakers = (...args: readonly string[]): Promise<Result> =>
      mediasearch(["speakers", ...args], { home, cwd: folder });
    const matches = async (...args: readonly string[]): Promise<readonly Match[]> => {
      const { stdout } = await speakers("match", "--json", ...args);
      const { files } = JSON.parse(stdout) as {
        readonly files: readonly { readonly speakers: readonly Match[] }[];
      };
      return files.flatMap((file) => file.speakers);
    };
    const listed = async (): Promise<string> => (await speakers("list")).stdout;
    await mediasearch(["index", dialogue, "--speakers"], { home });
    expect((await speakers("match")).exitCode).toBe(17);
    const file = join(home, "library.sqlite");
    const kept = (kind: string): string[] => {
      const db = new Sqlite(file, { readonly: true });
      const values = db
        .prepare("SELECT value FROM records WHERE kind = ?")
        .pluck()
        .all(kind) as string[];
      db.close();
      return values.flatMap((value) => value.match(/"voice":"[^"]{40}/g) ?? []);
    };
    expect(kept("voices")).toEqual([]);

    // Neither recording is in the library, and nothing but the voices comes into it.
    expect((await speakers("enrol", "Ada", "bridge.mp3")).exitCode).toBe(0);
    expect((await speakers("enrol", "Ben", "budget.wav@0-0:08")).exitCode).toBe(0);
    expect((await speakers("profiles")).stdout).toMatch(/^Ada {2}\d+ s .*\nBen {2}\d+ s /);
    expect((await mediasearch(["list"], { home })).stdout).not.toContain("bridge");

    const before = await listed();
    const tried = await matches("--dry-run");
    expect(tried.map(({ speaker, name }) => [speaker, name])).toEqual([
      ["Speaker 1", "Ben"],
      ["Speaker 2", "Ada"],
    ]);
    for (const { similarity } of tried) expect(similarity).toBeGreaterThan(0.86);
    expect(await listed()).toBe(before);

    // The recording need not be there: its voices are kept.
    renameSync(dialogue, `${dialogue}.away`);
    await speakers("rename", "Speaker 1", "Zoe");
    expect((await matches()).map(({ name }) => name)).toEqual(["Ada"]);
    renameSync(`${dialogue}.away`, dialogue);
    expect((await listed()).match(/^\S+/gm)?.toSorted()).toEqual(["Ada", "Zoe"]);
    await mediasearch(["index", dialogue, "--speakers", "2"], { home });
    expect((await listed()).match(/^\S+/gm)?.toSorted()).toEqual(["Ada", "Zoe"]);

    const onDisk = (part: string): boolean => readFileSync(file).includes(part);
    // Once somebody is known, voices are kept as they are heard.
    const other = join(folder, "lecture.mp3");
    await mediasearch(["index", other, "--speakers=1"], { home });
    expect(kept("voices")).toHaveLength(3);
    const [ada = ""] = kept("voice-profile");
    const heard = kept("voices");
    expect([onDisk(ada), heard.length]).toEqual([true, 3]);
    expect((await speakers("forget", "ada")).exitCode).toBe(0);
    expect([onDisk(ada), kept("voice-profile").length]).toEqual([false, 1]);
    expect((await speakers("forget", "ada")).exitCode).toBe(17);
    await mediasearch(["remove", dialogue, "--purge"], { home });
    expect(heard.filter(onDisk)).toHaveLength(1);
    // With the last profile all voices go.
    await speakers("forget", "Ben");
    expect(heard.some(onDisk)).toBe(false);
  });

  it("are not kept of people who have a name already", async () => {
    const home = tempFolder();
    const folder = tempFolder();
    copyFileSync(join(FIXTURES, "dialogue.ogg"), join(folder, "dialogue.ogg"));
    const run = (...args: readonly string[]): Promise<Result> =>
      mediasearch(args, { home, cwd: folder });
    await run("index", "dialogue.ogg", "--speakers");
    await run("speakers", "rename", "Speaker 1", "Zoe");
    await run("speakers", "enrol", "Ada", join(FIXTURES, "bridge.mp3"));
    expect((await run("speakers", "match")).exitCode).toBe(0);
    const db = new Sqlite(join(home, "library.sqlite"), { readonly: true });
    const kept = db.prepare("SELECT value FROM records WHERE kind = 'voices'").pluck().get();
    db.close();
    expect(String(kept).match(/"speaker":"[^"]*"/g)).toEqual(['"speaker":"Speaker 2"']);
  });

  it("are heard in packages, too", async () => {
    const home = tempFolder();
    const folder = tempFolder();
    await mediasearch(["index", join(FIXTURES, "minutes.vtt")], { home });
    const bytes = readFileSync(join(FIXTURES, "bridge.mp3"));
    const half = Math.ceil(bytes.length / 2);
    writeFileSync(join(folder, "0.mp3"), bytes.subarray(0, half));
    writeFileSync(join(folder, "1.mp3"), bytes.subarray(half));
    const segments = ["#EXTINF:8,", "0.mp3", "#EXTINF:8,", "1.mp3"];
    writeFileSync(
      join(folder, "talk.m3u8"),
      ["#EXTM3U", "#EXT-X-TARGETDURATION:8", ...segments, "#EXT-X-ENDLIST", ""].join("\n"),
    );
    const { stderr } = await mediasearch(["speakers", "enrol", "Ada", "talk.m3u8"], {
      home,
      cwd: folder,
    });
    expect(stderr).toMatch(/^Ada: \d+ s of speech/);
  });

  it("say what is missing", async () => {
    const home = tempFolder();
    const folder = tempFolder();
    copyFileSync(join(FIXTURES, "dialogue.ogg"), join(folder, "dialogue.ogg"));
    await mediasearch(["index", folder, "--speakers"], { home });
    for (const [args, code, says] of [
      [["enrol", "Ada"], 2, "in which recording"],
      [["enrol", "Speaker 3", "dialogue.ogg"], 2, "a name of his or her own"],
      [["enrol", "Ada", "dialogue.ogg"], 2, "2 people speak in it"],
      [["enrol", "Ada", "dialogue.ogg", "--speaker", "Zoe"], 17, "nobody is called Zoe"],
      [["enrol", "Ada", "dialogue.ogg@0-9", "--speaker", "Speaker 1"], 2, "can't both be meant"],
      [["enrol", "Ada", "dialogue.ogg@0-1"], 2, "at least 5 s"],
      [["enrol", "Ada", "dialogue.ogg@9-1"], 2, "ends before it begins"],
      [["forget"], 2, "whose voice"],
    ] as const) {
      const { exitCode, stderr } = await mediasearch(["speakers", ...args], { home, cwd: folder });
      expect([exitCode, stderr], args.join(" ")).toEqual([code, expect.stringContaining(says)]);
    }
  });
});
