import { describe, expect, it } from "vitest";
import { bytes, cues } from "../../../../test/helpers/captions.ts";
import { parseCaptions } from "../parse.ts";

const read = (file: unknown) => parseCaptions(bytes(JSON.stringify(file)), "vosk-json");
const rows = (file: unknown) =>
  read(file).cues.map(({ startMs, endMs, speaker, text }) => [startMs, endMs, speaker, text]);

describe("Vosk JSON", () => {
  const result = (...words: readonly (readonly [string, number])[]) => ({
    result: words.map(([word, start]) => ({ conf: 0.9, end: start + 0.4, start, word })),
    text: words.map(([word]) => word).join(" "),
  });

  it("is one result, a list, or one after another", () => {
    const [one, two] = [result(["lights", 0.5], ["out", 1]), result(["yes", 5])];
    expect(rows(one)).toEqual([[500, 1400, null, "lights out"]]);
    const both = [
      [500, 1400, null, "lights out"],
      [5000, 5400, null, "yes"],
    ];
    expect(rows([one, two])).toEqual(both);
    for (const indent of [0, 2])
      expect(
        cues(
          [one, two, { text: "" }].map((part) => JSON.stringify(part, null, indent)).join("\n"),
          "vosk-json",
        ),
      ).toEqual(both);
    expect(read(one).cues[0]?.words).toHaveLength(2);
    expect(read(one).format).toBe("vosk-json");
  });
});
