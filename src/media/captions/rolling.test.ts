import { describe, expect, it } from "vitest";
import { bytes, cues, said } from "../../../test/helpers/captions.ts";
import { parseCaptions } from "./parse.ts";

describe("rolling captions", () => {
  it("say every line once", () => {
    const text = `WEBVTT

00:00:00.000 --> 00:00:02.000
so today we will

00:00:02.000 --> 00:00:02.010
so today we will

00:00:02.010 --> 00:00:04.000
so today we will
look at the river

00:00:04.000 --> 00:00:04.010
look at the river

00:00:04.010 --> 00:00:06.000
look at the river
and its banks
`;
    expect(said(text, "webvtt")).toEqual([
      "so today we will",
      "look at the river",
      "and its banks",
    ]);
  });

  it("as YouTube writes them, with times of words and lines of one space, say every line once", () => {
    const text =
      "WEBVTT\nKind: captions\nLanguage: en\n\n00:00:00.160 --> 00:00:02.470 align:start position:0%\n \nso<00:00:00.480><c> today</c><00:00:00.800><c> we</c>\n\n00:00:02.470 --> 00:00:02.480 align:start position:0%\nso today we\n \n\n" +
      "00:00:02.480 --> 00:00:04.070 align:start position:0%\nso today we\nlook<00:00:02.600><c> at</c>\n\n00:00:04.070 --> 00:00:04.080 align:start position:0%\nlook at\n \n\n00:00:04.080 --> 00:00:06.000 align:start position:0%\nlook at\nrivers\n";
    expect(cues(text, "webvtt").map(([at, , , one]) => [at, one])).toEqual([
      [160, "so today we"],
      [2480, "look at"],
      [4080, "rivers"],
    ]);
  });

  it("keep the times of the words that are new", () => {
    const text =
      "WEBVTT\n\n00:00:00.160 --> 00:00:02.470\n \nso<00:00:00.480><c> today</c><00:00:00.800><c> we</c>\n\n00:00:02.470 --> 00:00:02.480\nso today we\n \n\n" +
      "00:00:02.480 --> 00:00:04.070\nso today we\nlook<00:00:02.600><c> at</c>\n\n00:00:04.070 --> 00:00:04.080\nlook at\n \n";
    const { cues: parsed } = parseCaptions(bytes(text), "webvtt");
    expect(
      parsed.map(({ words }) => words?.map((word) => [word.text, word.startMs, word.endMs])),
    ).toEqual([
      [
        ["so", 160, 480],
        ["today", 480, 800],
        ["we", 800, 2470],
      ],
      [
        ["look", 2480, 2600],
        ["at", 2600, 4070],
      ],
    ]);
  });

  it("of three lines that roll up say every line once", () => {
    const text = ["a b", "a b\nc d", "a b\nc d\ne f", "c d\ne f\ng h"]
      .map((one, i) => `${i}\n00:00:0${i},000 --> 00:00:0${i + 1},000\n${one}\n`)
      .join("\n");
    expect(said(text)).toEqual(["a b", "c d", "e f", "g h"]);
  });

  it("repeated for a moment too short to speak, or at the same time, are one", () => {
    const cue = (from: string, to: string) => `00:00:0${from} --> 00:00:0${to}\nHello there.\n`;
    expect(cues(`${cue("1,000", "2,000")}\n${cue("2,000", "2,010")}`)).toEqual([
      [1000, 2010, null, "Hello there."],
    ]);
    expect(cues(`${cue("1,000", "2,000")}\n${cue("1,000", "2,000")}`)).toEqual([
      [1000, 2000, null, "Hello there."],
    ]);
  });

  it("do not make people's own repeats go away", () => {
    const text = ["No.", "No.", "No.", "Yes.", "Yes."]
      .map((one, i) => `${i}\n00:00:0${i},000 --> 00:00:0${i},900\n${one}\n`)
      .join("\n");
    expect(said(text)).toEqual(["No.", "No.", "No.", "Yes.", "Yes."]);
  });
});
