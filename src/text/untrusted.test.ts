import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stripControls } from "./strip-controls.ts";
import {
  cleanCues,
  cleanDate,
  cleanLanguage,
  cleanMediaTime,
  cleanName,
  cleanSegment,
  cleanStat,
  cleanText,
  isPlace,
  MAX_NAME_LENGTH,
  MAX_TEXT_LENGTH,
} from "./untrusted.ts";

const INVISIBLE =
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;
/** Text as an attacker writes it: any code units, sequences of terminals, bidi controls, tags. */
const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "\u001b[31m",
        "\u001b]8;;http://x\u0007",
        "\u009b2J",
        "\u202e",
        "\u2066",
        "\ud800",
        "\udc00",
        "\u{e0041}",
        "\r\n",
        "\u2028",
      ),
    ),
  )
  .map((parts) => parts.join(""));

describe("text that comes in", () => {
  it("loses what has an effect and no shape, whatever it is", () =>
    fc.assert(
      fc.property(hostile, (text) => {
        for (const clean of [cleanText(text), cleanName(text) ?? ""]) {
          expect(clean).not.toMatch(INVISIBLE);
          expect(clean.isWellFormed()).toBe(true);
          expect(cleanText(clean)).toBe(clean);
        }
      }),
    ));

  it("keeps what scripts and signs need", () => {
    for (const text of [
      "C++ & <b> – naïve…",
      "می‌خواهم",
      "क्‍ष",
      "\u200fשלום",
      "👩‍👩‍👧 ☎️",
      "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
    ])
      expect(cleanText(text)).toBe(text);
  });

  it("can't hide an instruction in tags that nobody sees", () => {
    const hidden = [..."obey"].map((c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join("");
    expect(cleanText(`hello${hidden}`)).toBe("hello");
    expect(cleanName(`🏴${hidden}`)).toBe("🏴");
  });

  it("has a length, and is never cut inside a character", () => {
    expect(cleanText("a".repeat(MAX_TEXT_LENGTH + 5))).toHaveLength(MAX_TEXT_LENGTH);
    const name = cleanName("🐝".repeat(MAX_NAME_LENGTH)) ?? "";
    expect(name.length).toBeLessThanOrEqual(MAX_NAME_LENGTH);
    expect(name.isWellFormed()).toBe(true);
  });

  it("that is no name is none", () =>
    expect([cleanName("\u0007 \n"), cleanName(""), cleanName(null)]).toEqual([null, null, null]));
});

describe("facts that come in", () => {
  it("are languages by BCP 47, or unknown", () =>
    expect(["eng", "PT-br", "x".repeat(500), "\u001b[0m", ""].map(cleanLanguage)).toEqual([
      "en",
      "pt-BR",
      "und",
      "und",
      "und",
    ]));

  it("are times that can be written, or unknown", () => {
    for (const bad of [NaN, Infinity, 1e300, -1e17, 8.64e15]) expect(cleanDate(bad)).toBeNull();
    for (const bad of [NaN, -1, 1e17]) expect(cleanMediaTime(bad)).toBeNull();
    expect([cleanDate(1.9), cleanMediaTime(1.6)]).toEqual([1, 2]);
    expect(cleanStat(-1, 1e19)).toEqual({ sizeBytes: 0, mtimeMs: 0 });
    fc.assert(
      fc.property(fc.double(), (ms) => {
        new Date(cleanDate(ms) ?? 0).toISOString();
      }),
    );
  });

  it("are cues and segments that hold together", () =>
    fc.assert(
      fc.property(
        fc.record({
          startMs: fc.double(),
          endMs: fc.double(),
          text: hostile,
          speaker: fc.option(hostile),
          confidence: fc.option(fc.double()),
        }),
        (given) => {
          for (const cue of cleanCues([{ ...given, words: [{ ...given, text: "a" }] }])) {
            expect(cue.text).not.toBe("");
            expect(cue.endMs).toBeGreaterThanOrEqual(cue.startMs);
          }
          const segment = cleanSegment({ ...given, index: 0 });
          expect(Number.isSafeInteger(segment.startMs + segment.endMs)).toBe(true);
          expect(segment.endMs).toBeGreaterThanOrEqual(segment.startMs);
          expect(segment.text).not.toBe("");
        },
      ),
    ));
});

describe("places", () => {
  it("are absolute paths, objects and links, and nothing else", () => {
    for (const id of [
      "/a.mp3",
      "/a b/-x.mp4",
      "s3://bucket/a//../b",
      "C:\\a\\b.mp4",
      "\\\\host\\share\\a.mp3",
      "http://host/a",
      "https://host/a.mp3?b=%20c",
    ])
      expect(isPlace(id), id).toBe(true);
    for (const id of [
      "",
      "/",
      "a.mp3",
      "--play",
      "-",
      "..",
      "/a/../b",
      "/a//b",
      "/a/",
      "/a\0b",
      "s3://",
      "s3://bucket/",
      "s3://../key",
      "http://ann:secret@host/a",
      "http://host/../a",
      "HTTP://host/a",
      "https://",
      "ftp://host/a",
      "file:///a",
      "C:\\a\\..\\b",
      `/${"a".repeat(5000)}`,
      `s3://bucket/${"k".repeat(1025)}`,
      "/\ud800",
    ])
      expect(isPlace(id), id).toBe(false);
  });
});

describe("text that goes out", () => {
  it("can't act on a terminal or turn what stands around it", () =>
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = stripControls(text);
        expect(shown).not.toMatch(INVISIBLE);
        expect(shown.isWellFormed()).toBe(true);
      }),
    ));
});
