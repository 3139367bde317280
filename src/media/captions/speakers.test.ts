import { describe, expect, it } from "vitest";
import { cues } from "../../../test/helpers/captions.ts";

describe("speakers in the text", () => {
  const srt = (...texts: readonly string[]): string =>
    texts
      .map((text, i) => `${i}\n00:00:${10 + i},000 --> 00:00:${10 + i},900\n${text}\n`)
      .join("\n");
  const spoken = (...texts: readonly string[]) =>
    cues(srt(...texts)).map(([, , speaker, text]) => [speaker, text]);

  it("are names in capitals, names of two words, and names that come again", () => {
    expect(
      spoken(
        "ANNA: Hello.",
        "Tom Baker: Hi.",
        "Ada: One.",
        "Ada: Two.",
        "[Speaker 1]: Three.",
        "DR. WHO: Four.",
      ),
    ).toEqual([
      ["ANNA", "Hello."],
      ["Tom Baker", "Hi."],
      ["Ada", "One."],
      ["Ada", "Two."],
      ["Speaker 1", "Three."],
      ["DR. WHO", "Four."],
    ]);
  });

  it("are not words that happen to have a colon", () => {
    for (const text of [
      "Remember: it is late.",
      "At 10:30 we met.",
      "https://example.org is it",
      "NOTE: this",
      "I said: no.",
      "there are three: a, b and c",
    ])
      expect(spoken(text)).toEqual([[null, text]]);
  });

  it("may have numbers, marks and asides", () => {
    expect(
      spoken(
        "SPEAKER_00: One.",
        "SPEAKER #2: Two.",
        "TOM & ANNA: Three.",
        "JOHN (V.O.): Four.",
        "Anna Bell (whispering): Five.",
        "[Speaker 1]: Six.",
        "<b>ÉLODIE</b>: Sept.",
      ),
    ).toEqual([
      ["SPEAKER_00", "One."],
      ["SPEAKER #2", "Two."],
      ["TOM & ANNA", "Three."],
      ["JOHN", "Four."],
      ["Anna Bell", "Five."],
      ["Speaker 1", "Six."],
      ["ÉLODIE", "Sept."],
    ]);
  });

  it("in scripts without capitals are what comes again", () => {
    expect(spoken("名前: a", "名前：b", "一度: c")).toEqual([
      ["名前", "a"],
      ["名前", "b"],
      [null, "一度: c"],
    ]);
  });

  it("are not labels, however loud and however often", () => {
    for (const text of [
      "BREAKING NEWS: rain",
      "MUSIC PLAYING: waltz",
      "Episode 3: The return",
      "Step One: mix",
      "WARNING: hot",
      "[MUSIC]",
      "Remember: it is late.",
    ])
      expect(spoken(text, text), text).toEqual([
        [null, text],
        [null, text],
      ]);
  });

  it("alone on a line speak the next", () => {
    expect(spoken("ANNA:\nHello there.")).toEqual([["ANNA", "Hello there."]]);
  });

  it("answer after a dash on a later line, but not after a minus or a double dash", () => {
    expect(spoken("Where is he?\n- Over there.")).toEqual([
      [null, "Where is he?"],
      [null, "Over there."],
    ]);
    for (const text of ["-5 degrees", "--and then", "--> that way"])
      expect(spoken(text)).toEqual([[null, text]]);
    expect(spoken("- One.<br>- Two.")).toEqual([
      [null, "One."],
      [null, "Two."],
    ]);
    expect(spoken("one\n- or so")).toEqual([[null, "one - or so"]]);
  });

  it("change at dashes and chevrons, sharing the time of their cue", () => {
    expect(cues(srt("- Are you there?\n- I am."))).toEqual([
      [10_000, 10_663, null, "Are you there?"],
      [10_663, 10_900, null, "I am."],
    ]);
    expect(spoken(">> ANNA: Hello.\n>> Hi.")).toEqual([
      ["ANNA", "Hello."],
      [null, "Hi."],
    ]);
    expect(spoken("a well-known - thing")).toEqual([[null, "a well-known - thing"]]);
  });
});
