import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { tempFolder } from "../../../test/helpers/run.ts";
import type { SearchResult } from "../../results/search-result.ts";
import { mustBeMedia } from "./play.ts";

const resultIn = (path: string): SearchResult => ({ path, file: path }) as SearchResult;

it.each(["vtt", "SRT", "ass", "json", "sbv", "ttml", "scc", "lrc", "en.srt.gz"])(
  "captions that end with .%s are nothing to play, wherever they are",
  async (ending) => {
    for (const folder of [tempFolder(), "s3://media/talks"]) {
      const path = `${folder}/talk.${ending}`;
      if (!path.startsWith("s3://")) writeFileSync(path, "");
      await expect(mustBeMedia(resultIn(path))).rejects.toMatchObject({
        code: "UNREADABLE_MEDIA",
        message: expect.stringContaining("captions without their recording") as string,
      });
    }
  },
);

it("a recording is something to play, whatever else its name has in it", async () => {
  const path = join(tempFolder(), "talk.srt.mp3");
  writeFileSync(path, "");
  await expect(mustBeMedia(resultIn(path))).resolves.toBeUndefined();
});
