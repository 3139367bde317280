import { describe, expect, it } from "vitest";
import { parseCaptions } from "./parse.ts";
import { formatSrt, formatWebvtt } from "./write.ts";

const LINES = [
  { startMs: 0, endMs: 1234, text: "Plain words.", speaker: null },
  { startMs: 2000, endMs: 3000, text: "With a name.", speaker: "Ada" },
  { startMs: 3000, endMs: 4000, text: "Two words' name.", speaker: "Tom O'Neil" },
  {
    startMs: 4000,
    endMs: 5000,
    text: "a < b && c > d, <i>not a tag</i> &amp; &lt;",
    speaker: "R&D <x>",
  },
  { startMs: 3_600_000, endMs: 3_600_001, text: "an arrow --> inside", speaker: null },
  {
    startMs: 360_000_000,
    endMs: 360_000_500,
    text: "after a hundred hours – ünïcode 🌉",
    speaker: "名前",
  },
];
const read = (text: string, format: "srt" | "webvtt") =>
  parseCaptions(new TextEncoder().encode(text), format).cues.map(
    ({ startMs, endMs, text: said, speaker }) => ({ startMs, endMs, text: said, speaker }),
  );

describe("captions that are written", () => {
  it("read back as they were, as WebVTT and as SubRip", () => {
    expect(read(formatWebvtt(LINES), "webvtt")).toEqual(LINES);
    expect(read(formatSrt(LINES), "srt")).toEqual(LINES);
  });

  it("read back whatever is said by whomever", () => {
    const texts = [
      "- Well.",
      "Word: x",
      "NAME: x",
      "Tom Baker: x",
      "[x]: y",
      "[sighs]",
      ">> hi",
      "{\\an8}hi",
      "42",
      "00:01 -> 00:02",
      "00:01.000 --> 00:02.000",
      "NOTE",
      "</v>",
      "<b></b>x",
      "&#58; &lrm; &amp;",
      "-->",
      "-5",
      "https://x.example",
      "WEBVTT",
      "a<br>b",
    ];
    const speakers = [
      null,
      "Ada",
      "Student",
      "Ada Moreau",
      "NADIA",
      "Tom (V.O.)",
      "名前",
      "a: b",
      "the minister of war and peace",
      "Speaker 1",
      "- y",
      "Note",
      "<i>",
      "10:30",
      "-->",
    ];
    const all = texts.flatMap((text, t) =>
      speakers.map((speaker, s) => ({
        startMs: (t * 100 + s) * 1000,
        endMs: (t * 100 + s) * 1000 + 900,
        text,
        speaker,
      })),
    );
    for (const lines of [all, ...all.map((line) => [line])]) {
      expect(read(formatWebvtt(lines), "webvtt")).toEqual(lines);
      expect(read(formatSrt(lines), "srt")).toEqual(lines);
    }
  });

  it("name speakers plainly in SubRip where that can be read back", () => {
    const speakers = ["Ada Moreau", "Student", "NADIA", "Tom", "Tom"];
    const lines = speakers.map((speaker, i) => ({
      startMs: i * 1000,
      endMs: i * 1000 + 900,
      text: "Yes.",
      speaker,
    }));
    expect(
      formatSrt(lines)
        .split("\n")
        .filter((line) => line.endsWith("Yes.")),
    ).toEqual(["Ada Moreau: Yes.", "[Student]: Yes.", "NADIA: Yes.", "Tom: Yes.", "Tom: Yes."]);
  });

  it("make square brackets in names round in SubRip, which is all that is lost", () => {
    expect(
      read(formatSrt([{ startMs: 0, endMs: 1, text: "Yes.", speaker: "a]b" }]), "srt"),
    ).toEqual([{ startMs: 0, endMs: 1, text: "Yes.", speaker: "a)b" }]);
  });

  it("look as players want them", () => {
    expect(formatSrt(LINES.slice(0, 2))).toBe(
      "1\n00:00:00,000 --> 00:00:01,234\nPlain words.\n\n2\n00:00:02,000 --> 00:00:03,000\n[Ada]: With a name.\n",
    );
    expect(formatWebvtt(LINES.slice(1, 2))).toBe(
      "WEBVTT\n\n00:00:02.000 --> 00:00:03.000\n<v Ada>With a name.\n",
    );
    expect(formatWebvtt([])).toBe("WEBVTT\n\n");
  });
});
