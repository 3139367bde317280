import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { closedCaptionFilm } from "../../test/helpers/closed-captions.ts";
import { tempFolder } from "../../test/helpers/run.ts";
import { cuesFromEvents } from "./captions/parse.ts";
import { probeMedia } from "./probe.ts";
import { pickSubtitle, readSubtitleEvents } from "./subtitles.ts";

describe("closed captions inside media (CEA-608)", () => {
  it("are a text track", async () => {
    const path = join(tempFolder(), "show.mov");
    const samples = [
      { atMs: 0, lengthMs: 1000, hex: "8080" },
      // RCL, ENM, PAC, "Hello", EOC; then RCL, PAC, "Bye", EOC; then EDM.
      { atMs: 1000, lengthMs: 2000, hex: "9420 9420 94ae 94ae 9470 9470 c8e5 ecec ef80 942f 942f" },
      { atMs: 3000, lengthMs: 500, hex: "9420 9420 94ae 94ae 9470 9470 c279 e580 942f 942f" },
      { atMs: 3500, lengthMs: 100, hex: "942c 942c" },
    ];
    writeFileSync(path, closedCaptionFilm(samples));
    const info = await probeMedia(path);
    const track = pickSubtitle(info.subtitles);
    expect(track).toMatchObject({ codec: "cc_dec", isText: true });
    const { events, format } = await readSubtitleEvents(path, track?.streamIndex ?? -1, {
      signal: new AbortController().signal,
      onProgress: () => {},
    });
    const cues = cuesFromEvents(events, format);
    expect(cues.map(({ startMs, endMs, text }) => [startMs, endMs, text])).toEqual([
      [1000, 3000, "Hello"],
      [3000, 3500, "Bye"],
    ]);
  });
});
