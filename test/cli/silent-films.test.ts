import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makeFilm } from "../helpers/film.ts";
import { mediasearch, type Result, tempFolder } from "../helpers/run.ts";

it("films without sound are no failures: counted apart, read once, and indexed once captions come", async () => {
  const home = tempFolder();
  const media = join(home, "media");
  mkdirSync(media);
  await makeFilm(join(media, "drone.mp4"), { seconds: 1, isSilent: true });
  const run = (...argv: readonly string[]): Promise<Result> =>
    mediasearch(argv, { home, cwd: home, env: { EMBEDDING_MODEL: "stub" } });
  const first = await run("index", media);
  expect([first.exitCode, first.stderr]).toEqual([
    0,
    expect.stringContaining("1 file without sound and captions: nothing to index"),
  ]);
  expect(first.stderr).toContain(
    "indexed 0 (0 from captions, 0 recognised), 0 unchanged, 0 failed",
  );
  expect((await run("index", media)).stderr).toContain("1 unchanged");
  writeFileSync(
    join(media, "drone.vtt"),
    "WEBVTT\n\n00:00.000 --> 00:00.900\nThe harbour from above\n",
  );
  expect((await run("index", media)).stderr).toContain("indexed 1 (1 from captions");
  expect((await run("search", "harbour", "--mode", "keyword")).stdout).toContain("drone.mp4");
});
