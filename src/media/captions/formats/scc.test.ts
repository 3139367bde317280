import { describe, expect, it } from "vitest";
import { cues } from "../../../../test/helpers/captions.ts";

describe("SCC", () => {
  const line = (stamp: string, hex: string): string => `Scenarist_SCC V1.0\n\n${stamp}\t${hex}\n`;

  it("pops captions on and takes them away, by the clock or behind it", () => {
    // RCL RCL ENM ENM PAC PAC "Hello" EOC EOC, then EDM EDM.
    const hex = "9420 9420 94ae 94ae 9470 9470 c8e5 ecec ef80 942f 942f";
    const away = "\n00:00:03;00\t942c 942c\n";
    expect(cues(line("00:00:01;00", hex) + away, "scc")).toEqual([[1300, 3000, null, "Hello"]]);
    expect(cues(line("01:00:00:00", hex), "scc")[0]?.[0]).toBe(3_603_900);
  });

  it("rolls lines up, each a cue", () => {
    // RU2 RU2 CR CR PAC "AB", later CR and "CD", then EDM.
    const text = `${line("00:00:01;00", "9425 9425 94ad 94ad 9470 9470 c1c2")}\n00:00:03;00\t94ad 94ad 4344\n\n00:00:05;00\t942c 942c\n`;
    expect(cues(text, "scc").map((row) => row[3])).toEqual(["AB", "CD"]);
  });

  it("has letters beyond ASCII, and leaves the second channel out", () => {
    // é of the basic set, ♪ of the special one, Ü that takes the place of U, and CC2 with "XY".
    const hex = "9420 9470 5c80 9137 9137 d580 92a4 92a4 1c20 1c20 d8d9 942f";
    expect(cues(line("00:00:01;00", hex), "scc").map((row) => row[3])).toEqual(["é♪Ü"]);
  });
});
