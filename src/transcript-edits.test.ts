import { describe, expect, it } from "vitest";
import { applySteps, type EditStep, findCorrections } from "./transcript-edits.ts";
import type { Segment } from "./types.ts";

const line = (
  startS: number,
  endS: number,
  text: string,
  speaker: string | null = null,
): Segment => ({
  index: 0,
  startMs: startS * 1000,
  endMs: endS * 1000,
  text,
  speaker,
  confidence: 0.5,
});
const numbered = (lines: readonly Segment[]): Segment[] =>
  lines.map((one, index) => ({ ...one, index }));
const said = (lines: readonly Segment[]): string[] =>
  lines.map(({ speaker, text }) => (speaker === null ? text : `${speaker}: ${text}`));
const correct = (before: readonly Segment[], after: readonly Segment[]): EditStep => ({
  atMs: 1,
  kind: "correct",
  corrections: findCorrections(before, after),
});

const BASE = numbered([
  line(0, 4, "the bridge is cloesd"),
  line(5, 9, "nobody nose why", "Ben"),
  line(10, 14, "it opens on Monday", "Ben"),
]);

describe("corrections", () => {
  it("make the lines before into the lines after, whatever changed", () => {
    const variants = [
      BASE,
      [line(0, 4, "the bridge is closed"), BASE[1], BASE[2]],
      [BASE[0], BASE[2]],
      [BASE[0], line(4, 5, "well"), BASE[1], BASE[2]],
      [line(0, 2, "the bridge"), line(2, 4, "is closed"), BASE[2]],
      [BASE[1], BASE[0], BASE[2]],
      [],
    ] as Segment[][];
    for (const after of variants) {
      const step = correct(BASE, after);
      const expected = numbered(after.toSorted((a, b) => a.startMs - b.startMs));
      expect(said(applySteps(BASE, [step]))).toEqual(said(expected));
    }
    expect(findCorrections(BASE, BASE)).toEqual([]);
  });

  it("hold over what is recognised anew with other limits, and leave the rest as it is", () => {
    const step = correct(BASE, [
      BASE[0],
      line(5, 9, "nobody knows why", "Ben"),
      BASE[2],
    ] as Segment[]);
    const anew = numbered([
      line(0, 3.8, "the bridge is closed"),
      line(4.9, 7, "nobody nose"),
      line(7, 9.1, "why"),
      line(10, 14, "it opens on Monday"),
    ]);
    expect(said(applySteps(anew, [step]))).toEqual([
      "the bridge is closed",
      "Ben: nobody knows why",
      "it opens on Monday",
    ]);
  });

  it("never take away the words around them", () => {
    const step = correct(BASE, [
      BASE[0],
      line(5, 9, "nobody knows why", "Ben"),
      BASE[2],
    ] as Segment[]);
    const whole = numbered([
      line(0, 14, "the bridge is closed nobody nose why it opens on Monday"),
    ]);
    expect(said(applySteps(whole, [step]))).toEqual([
      "the bridge is closed nobody knows why it opens on Monday",
    ]);
    const other = numbered([line(0, 14, "the bridge is closed nobody goes by it opens on Monday")]);
    expect(said(applySteps(other, [step])).toSorted()).toEqual([
      "Ben: nobody knows why",
      "the bridge is closed nobody goes by it opens on Monday",
    ]);
  });
});

describe("steps", () => {
  it("are applied in their order: a later name is given to a corrected line too", () => {
    const steps: EditStep[] = [
      { atMs: 1, kind: "rename", from: ["BEN"], to: "Ben Okri" },
      correct(applySteps(BASE, [{ atMs: 1, kind: "rename", from: ["ben"], to: "Ben Okri" }]), [
        BASE[0],
        line(5, 9, "nobody knows why", "Ada"),
        line(10, 14, "it opens on Monday", "Ben Okri"),
      ] as Segment[]),
      { atMs: 3, kind: "rename", from: ["Ada"], to: "Ada Moreau" },
    ];
    expect(said(applySteps(BASE, steps))).toEqual([
      "the bridge is cloesd",
      "Ada Moreau: nobody knows why",
      "Ben Okri: it opens on Monday",
    ]);
  });
});
