import { describe, expect, it } from "vitest";
import { parseCaptions } from "./captions/parse.ts";
import { movText } from "./subtitles.ts";

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
