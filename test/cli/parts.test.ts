import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makeFilm } from "../helpers/film.ts";
import { FIXTURES, mediasearch, tempFolder } from "../helpers/run.ts";

const captions = (text: string): string => `WEBVTT\n\n00:01.000 --> 00:05.000\n${text}\n`;

it("parts of a recording say where they are in it, and keep their own times", async () => {
  const home = tempFolder();
  const card = join(home, "card");
  mkdirSync(card);
  for (const [i, seconds] of [6, 5].entries()) {
    const name = `GH0${i + 1}0123`;
    await makeFilm(join(card, `${name}.mp4`), { seconds });
    writeFileSync(
      join(card, `${name}.vtt`),
      captions(`The summit of day ${i} is in the clouds now.`),
    );
  }
  // The camera's own small copy.
  copyFileSync(join(card, "GH010123.mp4"), join(card, "GL010123.lrv"));
  await mediasearch(["index", card], { home, env: { ASR_ENGINE: "STUB" } });

  const { stdout } = await mediasearch(["list", "--format", "json"], { home });
  const { files } = JSON.parse(stdout) as { files: { displayFile: string; part: unknown }[] };
  expect(files.map(({ part }) => part)).toEqual([
    { name: "GH0123", number: 1, of: 2, startMs: 0 },
    { name: "GH0123", number: 2, of: 2, startMs: expect.closeTo(6000, -2) },
  ]);
  expect((await mediasearch(["list"], { home })).stdout).toContain(
    "part 2 of 2 of GH0123, from 0:00:06",
  );

  const search = ["search", '"day 1"', "--mode", "keyword"];
  const hits = await mediasearch([...search, "--format", "json"], { home });
  expect(JSON.parse(hits.stdout)).toMatchObject({
    hits: [{ startMs: 1000, part: { name: "GH0123", number: 2, of: 2 } }],
  });
  expect((await mediasearch(search, { home })).stdout).toContain(
    "part 2 of 2 of GH0123, 0:00:07 there",
  );
});

it("a book in numbered files is a show, called like its folder", async () => {
  const home = tempFolder();
  const disc = join(home, "Moby Dick", "CD1");
  mkdirSync(disc, { recursive: true });
  for (const [i, title] of ["Loomings", "The Carpet-Bag", "The Spouter-Inn"].entries()) {
    const name = `0${i + 1} - ${title}`;
    copyFileSync(join(FIXTURES, "budget.wav"), join(disc, `${name}.wav`));
    writeFileSync(join(disc, `${name}.vtt`), captions(`Call me reader ${i}, of the whaling ship.`));
  }
  await mediasearch(["index", home], { home, env: { ASR_ENGINE: "STUB" } });
  const found = await mediasearch(["list", "--show", "moby dick", "--print0"], { home });
  expect(found.stdout.split("\0").filter(Boolean)).toHaveLength(3);
});
