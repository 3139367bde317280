import { describe, expect, it } from "vitest";
import { readAnswer } from "./cited-answer.ts";

describe("an answer", () => {
  it("keeps sentences that name moments, wherever the numbers stand", () => {
    expect(
      readAnswer("The fee stays [1]. Mr. Smith said 3.5 euros. [2][3] It was raised [1, 3]!", 3),
    ).toEqual({
      sentences: [
        { text: "The fee stays.", moments: [1] },
        { text: "Mr. Smith said 3.5 euros.", moments: [2, 3] },
        { text: "It was raised!", moments: [1, 3] },
      ],
      leftOut: 0,
    });
  });
  it("loses what names none, or one that is not there", () => {
    expect(readAnswer("Surely. The moon is made of cheese [4]. It stays [0]. Yes [1]", 3)).toEqual({
      sentences: [{ text: "Yes", moments: [1] }],
      leftOut: 3,
    });
    expect(readAnswer("", 3)).toEqual({ sentences: [], leftOut: 0 });
    expect(readAnswer("NOT FOUND.", 3)).toEqual({ sentences: [], leftOut: 0 });
  });
  it("is text from outside: bounded, and without what a terminal would obey", () => {
    const { sentences } = readAnswer("Red \u001b[31m\u202etext [1].", 1);
    for (const sign of ["\u001b", "\u202e"]) expect(sentences[0]?.text).not.toContain(sign);
    expect(readAnswer(`${"a [1]. ".repeat(100_000)}`, 1).sentences.length).toBeLessThan(4000);
    const startedAt = performance.now();
    readAnswer(`${"[1".repeat(9000)}`, 1);
    readAnswer(`${"a.".repeat(9000)}`, 1);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});
