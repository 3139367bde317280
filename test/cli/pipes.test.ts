import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { spawnMediasearch, tempFolder } from "../helpers/run.ts";

/** Names that are looked into beside a recording, or for what a folder is. */
const NAMES = [
  ".mediasearchignore",
  "talk.en.vtt",
  "talk.json",
  "talk.info.json",
  "talk.nfo",
  "other.mp3",
  "other.srt",
  "list.m3u8",
  "list.mpd",
];

it.skipIf(process.platform === "win32")(
  "pipes under names that are read are not waited for",
  async () => {
    const home = tempFolder();
    const media = join(home, "media");
    mkdirSync(media);
    writeFileSync(
      join(media, "talk.vtt"),
      "WEBVTT\n\n00:00.000 --> 00:04.000\nThe bridge was closed.\n",
    );
    for (const name of NAMES) execFileSync("mkfifo", [join(media, name)]);
    const { exitCode, stderr } = await spawnMediasearch(["index", media], {
      home,
      env: { EMBEDDING_MODEL: "stub" },
      signal: AbortSignal.timeout(60_000),
    });
    expect([exitCode, stderr]).toEqual([0, expect.stringMatching(/indexed 1 /)]);
  },
);
