import { describe, expect, it } from "vitest";
import { bytes, cues } from "../../../../test/helpers/captions.ts";
import { parseCaptions } from "../parse.ts";

describe("MicroDVD", () => {
  it("counts frames by the rate of its first line, else of the media, else of films", () => {
    const text = "{25}{75}The {y:i}harbour|/lights\n{100}{}are out.\n";
    expect(cues(`{1}{1}25\n${text}`, "microdvd")).toEqual([
      [1000, 3000, null, "The harbour lights"],
      [4000, 8000, null, "are out."],
    ]);
    expect(parseCaptions(bytes(text), "microdvd", { frameRate: 50 }).cues[0]?.startMs).toBe(500);
    expect(cues(text, "microdvd")[0]?.[0]).toBe(1043);
  });

  it("tells lines that it can't place", () => {
    expect(parseCaptions(bytes("{25}{50}Yes.\nlost\n"), "microdvd").warnings).toEqual([
      expect.stringMatching(/line 2/),
    ]);
  });
});
