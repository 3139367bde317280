import { copyFileSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { FIXTURES, mediasearch, type Result, tempFolder } from "../helpers/run.ts";

const ANOTHER_USER = 54_321;
const CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:04.000\nthe secret harbour\n";

let shared: string;
let secret: string;
let home: string;
beforeEach(() => {
  [shared, secret, home] = [tempFolder(), tempFolder(), tempFolder()];
  writeFileSync(join(secret, "private.vtt"), CAPTIONS);
});
const index = (): Promise<Result> => mediasearch(["index", shared], { home, cwd: shared });
const hits = async (): Promise<number> =>
  (
    JSON.parse(
      (await mediasearch(["search", "secret", "--mode", "keyword", "--json"], { home })).stdout,
    ) as { total: number }
  ).total;
const linkOf = (user: number, target: string, name: string): void => {
  symlinkSync(target, join(shared, name));
  lchownSync(join(shared, name), user, user);
};

// Only root can make links of other users.
describe.runIf(process.getuid?.() === 0)("a link in a shared folder", () => {
  it.each([
    ["to a private file", () => linkOf(ANOTHER_USER, join(secret, "private.vtt"), "talk.vtt")],
    ["to a private folder", () => linkOf(ANOTHER_USER, secret, "talks")],
    ["to all files", () => linkOf(ANOTHER_USER, "/", "all")],
    ["of root to what the system shows", () => linkOf(0, "/proc/self", "talks")],
  ])("%s is not followed, and told", async (_what, make) => {
    make();
    writeFileSync(join(shared, "own.vtt"), "WEBVTT\n\n00:00.000 --> 00:04.000\nhello\n");
    const { exitCode, stderr } = await index();
    expect([exitCode, stderr]).toEqual([3, expect.stringMatching(/indexed 1 .*, 1 failed/)]);
    expect(stderr).toMatch(/not followed/);
    expect(await hits()).toBe(0);
  });

  it("is not taken for captions of media", async () => {
    copyFileSync(join(FIXTURES, "bees.flac"), join(shared, "talk.flac"));
    linkOf(ANOTHER_USER, join(secret, "private.vtt"), "talk.vtt");
    mkdirSync(join(shared, "Subs"));
    linkOf(ANOTHER_USER, join(secret, "private.vtt"), "Subs/talk.en.vtt");
    await index();
    expect(await hits()).toBe(0);
  });

  it("is followed where the user made it, or where it stays in the folder", async () => {
    linkOf(0, join(secret, "private.vtt"), "mine.vtt");
    expect((await index()).exitCode).toBe(0);
    expect(await hits()).toBe(1);
    mkdirSync(join(shared, "a"));
    writeFileSync(join(shared, "a/inner.vtt"), CAPTIONS.replace("secret", "inner"));
    linkOf(ANOTHER_USER, join(shared, "a"), "b");
    expect((await index()).exitCode).toBe(0);
  });
});
