import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { FIXTURES, mediasearch } from "./run.ts";

const time = (s: number): string =>
  `00:${String(Math.floor(s / 60)).padStart(2, "0")}:${String(s % 60).padStart(2, "0")}.000`;

/**
 * Indexes recordings with captions, some long enough to page through, before the tests of a file,
 * and removes them afterwards.
 */
export function filmLibrary(): { readonly home: string; readonly films: string } {
  const home = mkdtempSync(join(tmpdir(), "mediasearch-results-"));
  const films = join(home, "films");
  beforeAll(async () => {
    mkdirSync(films);
    for (const name of [
      "lecture.mp3",
      "lecture.vtt",
      "news.mp3",
      "news.en.srt",
      "boiler.mp4",
      "minutes.vtt",
    ])
      copyFileSync(join(FIXTURES, name), join(films, name));
    const cues = Array.from(
      { length: 60 },
      (_, i) =>
        `${time(i * 10)} --> ${time(i * 10 + 9)}\n<v ${i % 2 ? "Ben" : "Ann"}>The harbor committee spoke about item number ${i}.</v>\n`,
    );
    writeFileSync(join(films, "harbor.vtt"), `WEBVTT\n\n${cues.join("\n")}`);
    await mediasearch(["index", films], { home });
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));
  return { home, films };
}
