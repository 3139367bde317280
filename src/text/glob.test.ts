import * as fc from "fast-check";
import picomatch from "picomatch";
import { describe, expect, it } from "vitest";
import { globMatcher, MAX_GLOB_LENGTH } from "./glob.ts";

const NAMES = [
  "a",
  "ab",
  "a/b",
  "a/b/c.mp3",
  "x.mp3",
  ".hidden.mp3",
  "a/.x/b.mp3",
  "B.MP3",
  "[live] talk.mp3",
  "a+b.mp3",
  "interviews/2026/ann.wav",
  "draft-2.vtt",
  "é.mp3",
];
const PATTERNS = [
  "*",
  "*.mp3",
  "**/*.mp3",
  "a/**",
  "a/**/c.mp3",
  "**",
  "a/*",
  "?",
  "[ab]",
  "[^a]*",
  "{a,ab}",
  "*.{mp3,vtt}",
  "a/{b,.x}/*",
  "@(a|x).mp3",
  "*(a|b)",
  "+(a|b)",
  "!*.mp3",
  "interviews/**",
  "\\[live\\]*",
  "draft-[0-9].vtt",
  "a+b.mp3",
  "a**b",
];

describe("globs", () => {
  it("mean what they mean to picomatch, which most programs of Node use", () => {
    for (const pattern of PATTERNS)
      for (const name of NAMES)
        expect(globMatcher(pattern)(name), `${pattern} ${name}`).toBe(
          picomatch(pattern, { dot: true })(name),
        );
  });

  it("have signs that stand for themselves when they open nothing", () => {
    for (const text of ["a[b", "a{b", "a(b", "a)b}", "+(", "a\\"])
      expect(globMatcher(text)(text), text).toBe(true);
  });

  it("have classes that begin with ! or ^ and mean all other letters of a name", () => {
    for (const pattern of ["[!a]", "[^a]", "[!a-c]"])
      expect(["a", "x", "/"].map(globMatcher(pattern)), pattern).toEqual([false, true, false]);
    expect(globMatcher("[]a]")("]")).toBe(true);
  });

  it("can be told to pass over case", () => {
    expect(globMatcher("b.[m]p3", { ignoreCase: true })("B.MP3")).toBe(true);
    expect(globMatcher("b.mp3")("B.MP3")).toBe(false);
  });

  it.each([
    ["stars", "*a".repeat(50)],
    ["stars of groups", "*(*(*(*(*(a)))))b"],
    ["groups of groups", "+(+(+(a|aa)|aa)|aaa)b"],
    ["stars over folders", "**/a/".repeat(100)],
    ["choices", "{a,aa}".repeat(100)],
    ["many choices", `{${"a*,".repeat(300)}b}c`],
  ])("take no longer for many %s than for few", (_what, pattern) => {
    const matches = globMatcher(pattern);
    const startedAt = performance.now();
    for (const name of ["a".repeat(4000), "a/".repeat(2000)]) matches(name);
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });

  it("have a length and a depth", () => {
    expect(() => globMatcher("a".repeat(MAX_GLOB_LENGTH + 1))).toThrow(/more than 2000 signs/);
    expect(() => globMatcher("{".repeat(40) + "}".repeat(40))).toThrow(/more than 20 deep/);
  });

  it("never fail in another way, and give an answer", () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(..."ab/*?[]{}()!@+|,\\-^.é🐝"), { maxLength: 60 }),
        fc.string({ maxLength: 60 }),
        (signs, name) => {
          expect(typeof globMatcher(signs.join(""))(name)).toBe("boolean");
        },
      ),
    ));
});
