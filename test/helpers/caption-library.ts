import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mediasearch, tempFolder } from "./run.ts";

/**
 * A library of captions only, in a home of its own: quick to make, with real embeddings.
 * @returns the home.
 */
export async function captionLibrary(files = 6): Promise<string> {
  const home = tempFolder();
  const media = join(home, "media");
  mkdirSync(media);
  for (let i = 0; i < files; i++)
    writeFileSync(
      join(media, `talk-${i}.vtt`),
      `WEBVTT\n\n00:00.000 --> 00:04.000\n<v Ada>The bridge number ${i} was closed in the spring.\n\n00:05.000 --> 00:09.000\n<v Ben>Nobody knows who pays for the harbour.\n`,
    );
  const { exitCode, stderr } = await mediasearch(["index", media], { home });
  if (exitCode !== 0) throw new Error(stderr);
  return home;
}
