import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { MediasearchError } from "../../errors.ts";
import { FORMATS } from "./formats.ts";
import { captionName, possibleCaptionName } from "./names.ts";
import { parseCaptions } from "./parse.ts";
import { looksLikeCaptions } from "./sniff.ts";

const bytes = (text: string): Buffer => Buffer.from(text);
const SRT = "1\n00:00:01,000 --> 00:00:02,000\nHello.\n";

describe("files that may be captions", () => {
  it("are seen for what they are by their beginning", () => {
    const whisper = JSON.stringify({ text: "x".repeat(9000), segments: [] });
    expect(looksLikeCaptions(bytes(whisper).subarray(0, 4096), "talk.json")).toBe(true);
    expect(looksLikeCaptions(bytes(SRT), "talk.txt")).toBe(true);
    expect(looksLikeCaptions(gzipSync(SRT.repeat(2000)).subarray(0, 200), "talk.txt.gz")).toBe(
      true,
    );
    for (const [name, text] of [
      ["talk.txt", "Dear diary,\nat 10:30 we met.\n"],
      ["talk.txt", "12:30  lunch\n"],
      ["talk.json", '{"title": "x", "duration": 9, "formats": [{"start": 1}]}'],
      ["talk.json", '{"version": 1, "file": "talk.mp4", "segments": [{"startMs": 1}]}'],
      ["package.json", '{"name": "x", "text": 1}'],
      ["talk.xml", '<?xml version="1.0"?><movie><title>x</title></movie>'],
      ["talk.sub", "\u0000\u0000\u0001\u00ba binary"],
      ["talk.tsv", "name\tsize\n"],
      ["talk.stl", "solid cube\n facet normal 0 0 1\n"],
      ["talk.pdf", SRT],
    ] as const)
      expect(looksLikeCaptions(bytes(text), name), `${name}: ${text}`).toBe(false);
  });

  it("are read from gzip, within bounds", () => {
    expect(captionName("talk.en.srt.gz")).toMatchObject({ stem: "talk", language: "en" });
    expect(parseCaptions(gzipSync(SRT), "srt").cues).toHaveLength(1);
    expect(() => parseCaptions(gzipSync(SRT).subarray(0, 20), "srt")).toThrow(/damaged gzip/);
    const bomb = gzipSync(Buffer.alloc(201_000_000));
    expect(() => parseCaptions(bomb, "srt")).toThrow(/too large/);
  });

  it.each(FORMATS.map((spec) => [spec.name, spec] as const))(
    "of every format are named and documented: %s",
    (name, { endings, sharedEndings = [], specification, matches }) => {
      expect(specification).toMatch(/^https?:\/\//);
      expect(endings.length + sharedEndings.length).toBeGreaterThan(0);
      for (const ending of endings) expect(captionName(`talk${ending}`)?.format).toBe(name);
      for (const ending of sharedEndings)
        expect(possibleCaptionName(`talk${ending}`), ending).not.toBeNull();
      expect(sharedEndings.length === 0 || matches !== undefined).toBe(true);
    },
  );

  it.each(FORMATS.map(({ name }) => name))(
    "of any content are read in time that grows with their length only: %s",
    (name) => {
      const parts = [
        "{1}{1}x",
        "[1][2]x\n",
        "<tt><p begin='1s'>",
        "<SYNC Start=1><P Class=a>",
        ".a {",
      ];
      const more = [
        '{"segments":[',
        "a  0:01\n",
        "1.0\t2.0\tx\n",
        "[00:01.00]",
        "0:00:01.000,0:00:02.000\n",
      ];
      const before = process.cpuUsage();
      for (const part of [
        ...parts,
        ...more,
        "00:00:01:00\t9420 ",
        " ",
        "{",
        "[",
        "<",
        '"',
        "-->",
      ]) {
        const junk = bytes(part.repeat(Math.ceil(60_000 / part.length)));
        try {
          parseCaptions(junk, name);
        } catch (error) {
          if (!(error instanceof MediasearchError)) throw error;
        }
      }
      // Anything quadratic takes minutes here.
      expect(process.cpuUsage(before).user / 1e6).toBeLessThan(30);
    },
  );
});
