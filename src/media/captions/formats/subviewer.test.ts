import { describe, expect, it } from "vitest";
import { cues } from "../../../../test/helpers/captions.ts";

describe("SubViewer", () => {
  it("2 has both times, and marks for new lines", () => {
    const text =
      "[INFORMATION]\n[TITLE]x\n[END INFORMATION]\n[SUBTITLE]\n[COLF]&HFFFFFF\n00:00:01.00,00:00:03.50\nThe harbour[br]lights|are out.\n\n00:00:04.00,00:00:05.00\nYes.\n";
    expect(cues(text, "subviewer")).toEqual([
      [1000, 3500, null, "The harbour lights are out."],
      [4000, 5000, null, "Yes."],
    ]);
  });

  it("1 has a time where a text begins, and an empty text where it ends", () => {
    const text =
      "[TITLE]\nx\n[BEGIN]\n[00:00:01]\nThe harbour\n[00:00:03]\n\n[00:00:05]\nis closed.\n[00:00:06]\n\n[END]\n";
    expect(cues(text, "subviewer")).toEqual([
      [1000, 3000, null, "The harbour"],
      [5000, 6000, null, "is closed."],
    ]);
  });
});
