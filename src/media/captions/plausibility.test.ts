import { describe, expect, it } from "vitest";
import type { Cue } from "../../types.ts";
import { countSpokenWords, whyImplausible, withoutData } from "./plausibility.ts";

const MINUTE = 60_000;
const cue = (startMs: number, text: string, lengthMs = 3000): Cue => ({
  startMs,
  endMs: startMs + lengthMs,
  text,
  speaker: null,
  confidence: null,
  words: null,
});
/** A sentence of eight words every so many milliseconds. */
const talk = (untilMs: number, everyMs: number): Cue[] =>
  Array.from({ length: Math.floor(untilMs / everyMs) }, (_, i) =>
    cue(i * everyMs, "the harbour master closed the north pier today"),
  );
const why = (cues: readonly Cue[], durationMs: number | null, isPartial = false) =>
  whyImplausible(cues, { durationMs, isPartial });

describe("captions that carry the speech", () => {
  it("are talks, quiet films, short clips and media of unknown length", () => {
    expect(why(talk(60 * MINUTE, 5000), 60 * MINUTE)).toBeNull();
    expect(why(talk(90 * MINUTE, 45_000), 90 * MINUTE)).toBeNull();
    expect(why([cue(1000, "Hello.")], 20_000)).toBeNull();
    expect(why([cue(1000, "Hello.")], null)).toBeNull();
  });

  it("may be forced by name when they are whole all the same", () => {
    expect(why(talk(60 * MINUTE, 5000), 60 * MINUTE, true)).toBeNull();
  });

  it("are not a few lines of a long recording", () => {
    expect(why([cue(1000, "Good day.")], 45 * MINUTE)).toBe("it has 2 words for 45 minutes");
    expect(why(talk(12 * MINUTE, 5000), 60 * MINUTE)).toMatch(/ends after 20 %/);
  });

  it("are not forced ones, credits, sounds or nothing", () => {
    expect(why([cue(5000, "[in Greek] Good day.", 1000)], 10_000, true)).toMatch(/a part.*2 words/);
    expect(why([cue(5000, "Good day.")], null, true)).toMatch(/forced, signs or songs/);
    expect(why([cue(0, "Subtitles by Tom"), cue(9000, "www.opensubtitles.org")], 10_000)).toMatch(
      /credits/,
    );
    expect(why([cue(0, "[music]"), cue(5000, "(applause) ♪♪")], 10_000)).toMatch(/sounds/);
    expect(why([], 10_000)).toMatch(/no words/);
  });
});

describe("cues of data", () => {
  it("are no captions, unless somebody reads out an address", () => {
    const thumbs = [cue(0, "sprite-1.jpg#xywh=0,0,160,90"), cue(5000, "a/b%20c.webp?x=1")];
    expect(withoutData(thumbs)).toEqual([]);
    expect(withoutData([cue(0, '{"title": "x"}'), cue(9, "https://x.example/a")])).toEqual([]);
    const said = [cue(0, "Go to"), cue(1000, "https://x.example"), cue(2000, "and register.")];
    expect(withoutData(said)).toEqual(said);
  });
});

describe("spoken words", () => {
  it("are counted in every script, without sounds", () => {
    expect(countSpokenWords("[door slams] I don't know (sighs) ♪ la la ♪")).toBe(5);
    expect(countSpokenWords("明日の朝、閉めます。")).toBe(4);
  });
});
