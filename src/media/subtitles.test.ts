import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { closedCaptionFilm } from "../../test/helpers/closed-captions.ts";
import { tempFolder } from "../../test/helpers/run.ts";
import { cuesFromEvents, parseCaptions } from "./captions/parse.ts";
import { probeMedia } from "./probe.ts";
import { movText, readSubtitleEvents } from "./subtitles.ts";
import { rankSubtitles } from "./tracks.ts";

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
    const [track] = rankSubtitles(info.subtitles);
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

describe("a packet of mov_text", () => {
  it("gives what it holds of its text, whatever length it states", () => {
    for (const [bytes, text] of [
      [[], ""],
      [[7], ""],
      [[0, 0], ""],
      [[0, 2, 104, 105, 0, 0], "hi"],
      [[0xff, 0xff, 104], "h"],
    ] as const)
      expect(movText(Buffer.from(bytes)).toString("utf8")).toBe(text);
  });
});

describe("an ASS file of many fields", () => {
  it("is read or refused at once", () => {
    const lines = "Dialogue: 0,0:00:01.00,0:00:02.00,x\n".repeat(2000);
    const file = Buffer.from(`[Events]\nFormat: ${"a,".repeat(1_000_000)}Start,End,Text\n${lines}`);
    const startedAt = performance.now();
    expect(parseCaptions(file, "ass").cues).toEqual([]);
    expect(performance.now() - startedAt).toBeLessThan(4000);
  });
});
