import { describe, expect, it } from "vitest";
import { bytes, cues, said } from "../../../test/helpers/captions.ts";
import { parseCaptions } from "./parse.ts";

const srt = (...rows: readonly (readonly [from: string, to: string, text: string])[]): string =>
  rows.map(([from, to, text], i) => `${i + 1}\n${from} --> ${to}\n${text}\n`).join("\n");
const second = (i: number): string => `00:00:${String(i).padStart(2, "0")},000`;
const rows = (...texts: readonly string[]): string =>
  srt(...texts.map((text, i) => [second(i), second(i + 1), text] as const));

describe("times as people and programs write them", () => {
  it("keep the words: minutes over 59, dots, letters for digits, thousandths that run over", () => {
    expect(
      cues(
        srt(
          ["00.00.01,000", "00.00.03,000", "dots"],
          ["00:00:0l,5O0", "00:00:02,000", "letters"],
          ["00:00:02,1000", "00:00:03,500", "thousandths"],
          ["61:10,000", "61:12,000", "minutes"],
          ["00:75:00,000", "00:75:01,000", "minutes after hours"],
        ),
      ),
    ).toEqual([
      [1000, 3000, null, "dots"],
      [1500, 2000, null, "letters"],
      [3000, 3500, null, "thousandths"],
      [3_670_000, 3_672_000, null, "minutes"],
      [4_500_000, 4_501_000, null, "minutes after hours"],
    ]);
    expect(cues("WEBVTT\n\n75:00.250 --> 75:03.000\nEleven.\n", "webvtt")).toEqual([
      [4_500_250, 4_503_000, null, "Eleven."],
    ]);
  });

  it("before the start, or with one of the two only, are put where they can be", () => {
    expect(
      cues(
        srt(
          ["-00:00:09,066", "-00:00:04,995", "Before."],
          ["-00:00:01,000", "00:00:02,000", "Half before."],
          ["00:00:10,000", "00:00:04,000", "Backwards."],
        ) + "\n4\n00:00:12,000 -->\nNo end.\n",
      ),
    ).toEqual([
      [0, 0, null, "Before."],
      [0, 2000, null, "Half before."],
      [10_000, 10_000, null, "Backwards."],
      [12_000, 12_000, null, "No end."],
    ]);
  });

  it("with a blank line before their text in WebVTT keep it to the next times", () => {
    expect(
      said(
        "WEBVTT\n\n00:01.000 --> 00:03.000\n\nthe harbour\n\nis closed\n\nnext one\n00:04.000 --> 00:05.000\nnext\n",
        "webvtt",
      ),
    ).toEqual(["the harbour is closed", "next"]);
  });

  it("are told by their lines when nobody can place them", () => {
    const bad = Array.from({ length: 7 }, () => "99:99:99:99:99 --> x\nlost\n").join("\n");
    const { warnings } = parseCaptions(
      bytes(`WEBVTT\n\n00:01.000 --> 00:02.000\nfound\n\n${bad}`),
      "webvtt",
    );
    expect(warnings).toEqual([
      "7 pieces of text were left out, without times that can be right (line 6, 9, 12, 15, 18, …)",
    ]);
    expect(
      parseCaptions(bytes("WEBVTT\n\n00:01.000 --> 00:02.000\nfound\n"), "webvtt").warnings,
    ).toEqual([]);
  });
});

describe("the same words again", () => {
  it("with another word marked each time are said once", () => {
    expect(
      cues(
        rows(
          "<u>we</u> open at nine",
          "we <u>open</u> at nine",
          "we open at nine",
          "we open at <u>nine</u>",
        ),
      ),
    ).toEqual([[0, 4000, null, "we open at nine"]]);
    expect(
      said(
        rows('<font color="#0f0">we</font> open', 'we <font color="#0f0">open</font>', "we open"),
      ),
    ).toEqual(["we open"]);
  });

  it("by two people, or twice by one, are said twice", () => {
    expect(said(rows("<i>no, no</i>", "<i>no, no</i>"))).toEqual(["no, no", "no, no"]);
    expect(
      cues(
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v A>me too\n\n00:02.000 --> 00:03.000\n<v B>me too\n",
        "webvtt",
      ),
    ).toHaveLength(2);
  });

  it("in lines that grow are said once, and a person's longer answer is not taken for that", () => {
    expect(
      cues(
        rows(
          "we",
          "we open",
          "we open the",
          "we open the pier",
          "and then",
          "and then we",
          "and then we close",
        ),
      ),
    ).toEqual([
      [0, 4000, null, "we open the pier"],
      [4000, 7000, null, "and then we close"],
    ]);
    expect(said(rows("Yes", "Yes, I do", "Well then", "Go", "Go home"))).toEqual([
      "Yes",
      "Yes, I do",
      "Well then",
      "Go",
      "Go home",
    ]);
  });

  const ass = (...lines: readonly string[]): string =>
    `[Script Info]\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n${lines.join("\n")}\n`;
  const fx = (from: string, to: string, text: string, effect = "fx"): string =>
    `Dialogue: 0,0:00:${from},0:00:${to},OP,,0,0,0,${effect},{\\pos(1,2)}${text}`;

  it("of a karaoke script are the line that it was made of", () => {
    const effects = [
      fx("10.00", "10.10", "sa"),
      fx("10.10", "10.20", "sa"),
      fx("10.20", "11.00", "ku"),
    ];
    const line = "Comment: 0,0:00:10.00,0:00:12.00,OP,,0,0,0,karaoke,{\\k30}sa{\\k30}ku {\\k30}no";
    const other = "Dialogue: 0,0:00:20.00,0:00:22.00,Default,,0,0,0,,The ferry leaves.";
    expect(cues(ass(...effects, line, other), "ass")).toEqual([
      [10_000, 12_000, null, "saku no"],
      [20_000, 22_000, null, "The ferry leaves."],
    ]);
    expect(cues(ass(...effects, other), "ass")[0]).toEqual([10_000, 11_000, null, "saku"]);
  });

  it("of a sign that moves with the picture are said once", () => {
    expect(
      cues(
        ass(
          fx("01.00", "01.04", "PIER 9", ""),
          fx("01.04", "01.08", "PIER 9", ""),
          fx("01.08", "01.12", "PIER 9", ""),
        ),
        "ass",
      ),
    ).toEqual([[1000, 1120, null, "PIER 9"]]);
  });
});

describe("markup that is no word", () => {
  it("is taken out: spaces and new lines of ASS in SubRip, but not a path", () => {
    expect(said(rows("The\\hharbour\\h\\h\\hlights\\Nare out", "It is in C:\\new\\home"))).toEqual([
      "The harbour lights are out",
      "It is in C:\\new\\home",
    ]);
  });

  it("is every reference of HTML, escaped twice too", () => {
    expect(
      said(
        rows(
          "&iexcl;Ma&ntilde;ana &Aacute;vila&hellip; 5&nbsp;&frac12; &copy;",
          "&amp;quot;Yes&amp;quot; &amp;amp; no",
          "AT&T &unknown; &",
        ),
      ),
    ).toEqual(["¡Mañana Ávila… 5 ½ ©", '"Yes" & no', "AT&T &unknown; &"]);
  });

  it("is what old programs write for no name", () => {
    expect(
      cues(
        "[Events]\nFormat: Marked, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\nDialogue: Marked=0,0:00:01.00,0:00:04.00,Default,NTP,0000,0000,0000,,Good morning.\n",
        "ass",
      ),
    ).toEqual([[1000, 4000, null, "Good morning."]]);
  });
});

describe("speakers in brackets", () => {
  const spoken = (...texts: readonly string[]) =>
    cues(rows(...texts)).map(([, , speaker, text]) => [speaker, text]);

  it("are names, with asides and without a colon", () => {
    expect(
      spoken(
        "[John] Good evening.",
        "[NARRATOR] Long ago.",
        "(Dr. Mary Smith) Welcome.",
        "[man on radio] Mayday.",
        "[John, whispering] Quiet.",
        "(WOMAN 2) No.",
      ),
    ).toEqual([
      ["John", "Good evening."],
      ["NARRATOR", "Long ago."],
      ["Dr. Mary Smith", "Welcome."],
      ["man on radio", "Mayday."],
      ["John", "Quiet."],
      ["WOMAN 2", "No."],
    ]);
  });

  it("are not sounds and manners, in capitals or not", () => {
    for (const text of [
      "[sighs] I don't know.",
      "[Laughs] Yes.",
      "[DOOR SLAMS] Hey!",
      "[in Greek] Good day.",
      "(applause) Thank you.",
      "[door slams]",
      "[Music]",
      "[1] See the notes.",
      "(laughing) Stop it.",
    ])
      expect(spoken(text), text).toEqual([[null, text]]);
  });
});
