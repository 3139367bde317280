import { describe, expect, it } from "vitest";
import { bytes, cues, said } from "../../../test/helpers/captions.ts";
import { parseCaptions } from "./parse.ts";
import { whyImplausible } from "./plausibility.ts";

/** SubRip of one cue a text, two seconds apart. */
const subrip = (...texts: readonly string[]): string =>
  texts
    .map((text, i) => `${i + 1}\n00:00:${10 + i * 2},000 --> 00:00:${11 + i * 2},500\n${text}\n`)
    .join("\n");
const speakers = (...texts: readonly string[]) =>
  cues(subrip(...texts)).map(([, , speaker, text]) => [speaker, text]);

describe("captions as they are found", () => {
  it("may have text on the line of the times, which is no setting", () => {
    expect(
      said(
        "1\n00:00:01,000 --> 00:00:02,000 Hello there\n\n2\n00:00:03,000 --> 00:00:04,000 X1:10 Y1:20\nBye\n",
      ),
    ).toEqual(["Hello there", "Bye"]);
    const vtt =
      "WEBVTT\n\n00:01.000 --> 00:02.000 line:50% align:start\nOne\n\n00:03.000 --> 00:04.000 no setting\nTwo\n\n00:05.000 --> 00:06.000 Three words here\n";
    expect(said(vtt, "webvtt")).toEqual(["One", "Two", "Three words here"]);
  });

  it("may have digits of other scripts, escaped arrows, and signs anywhere in their times", () => {
    const text = [
      "1\n۰۰:۰۰:۰۱,۰۰۰ --> ۰۰:۰۰:۰۲,۰۰۰\nسلام",
      "2\n００：００：０３，０００ --> ００：００：０４，０００\n全角",
      "3\n00:00:05,000 --&gt; 00:00:06,000\nescaped",
      "4\n00:00:-3,000 --> 00:00:07,000\nearly",
    ].join("\n\n");
    expect(cues(text)).toEqual([
      [0, 7000, null, "early"],
      [1000, 2000, null, "سلام"],
      [3000, 4000, null, "全角"],
      [5000, 6000, null, "escaped"],
    ]);
  });

  it("have no escaped tags, codes of MicroDVD or spaces without width in their words", () => {
    expect(
      said(
        subrip(
          "&lt;i&gt;leaning&lt;/i&gt; a &lt; b",
          "{y:i}old{/b} {c:$0000ff}code {really}",
          "co\u200boperate",
        ),
      ),
    ).toEqual(["leaning a < b", "old code {really}", "cooperate"]);
    // Where words are not spaced, it parts them.
    expect(said(subrip("ไป\u200bบ้าน"))).toEqual(["ไป บ้าน"]);
  });

  it("have their letters without how these are read", () => {
    const ruby = "<ruby>漢<rt>かん</rt>字<rp>(</rp><rt>じ</rt><rp>)</rp></ruby>です";
    expect(said(`WEBVTT\n\n00:01.000 --> 00:02.000\n${ruby}\n`, "webvtt")).toEqual(["漢字です"]);
  });

  it("have braces in ASS that were escaped", () => {
    const ass = String.raw`[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\i1}say{\i0} \{this\} {not this}`;
    expect(said(ass, "ass")).toEqual(["say {this}"]);
  });

  it("are said once where signs mark one word after another", () => {
    const marked = ["[one] two three", "one [two] three", "one two [three]"].map(
      (text, i) => `${i + 1}\n00:00:0${i},000 --> 00:00:0${i + 1},000\n${text}\n`,
    );
    expect(cues(marked.join("\n"))).toEqual([[0, 3000, null, "one two three"]]);
    // Who says a thing twice marks nothing.
    const twice =
      "1\n00:00:01,000 --> 00:00:02,000\nGo [now]\n\n2\n00:00:02,000 --> 00:00:03,000\nGo [now]\n";
    expect(said(twice)).toHaveLength(2);
  });

  it("have speakers in wide brackets, but for sounds, and a colon in brackets", () => {
    expect(
      speakers(
        "（田中）行こう",
        "【鈴木】はい",
        "（田中）どこへ",
        "［鈴木］町へ",
        "（笑い）まさか",
        "（笑い）本当",
        "(Ada:) Gut.",
      ),
    ).toEqual([
      ["田中", "行こう"],
      ["鈴木", "はい"],
      ["田中", "どこへ"],
      ["鈴木", "町へ"],
      [null, "（笑い）まさか"],
      [null, "（笑い）本当"],
      ["Ada", "Gut."],
    ]);
  });
});

describe("captions in several languages", () => {
  const language = (text: string, format: string, wantedLanguage?: string) => {
    const read = parseCaptions(bytes(text), format, { wantedLanguage });
    return [read.language, read.cues.map((cue) => cue.text).join("|")];
  };

  it("of SAMI are read in the wanted one, else in the one with most text", () => {
    const sami =
      "<SAMI><HEAD><STYLE><!-- .ENCC {lang: en-US;} .KRCC {lang: ko-KR;} --></STYLE></HEAD><BODY>" +
      "<SYNC Start=1000><P Class=ENCC>Good morning<P Class=KRCC>안녕<SYNC Start=2000><P Class=ENCC>&nbsp;<P Class=KRCC>&nbsp;</BODY></SAMI>";
    expect(language(sami, "sami")).toEqual(["en-US", "Good morning"]);
    expect(language(sami, "sami", "kor")).toEqual(["ko-KR", "안녕"]);
    expect(language(sami, "sami", "fr")).toEqual(["en-US", "Good morning"]);
  });

  it("of TTML have a division each", () => {
    const division = (tag: string, text: string): string =>
      `<div xml:lang="${tag}"><p begin="1s" end="2s">${text} <span xml:lang="la">et cetera</span></p></div>`;
    const ttml = `<tt xmlns="http://www.w3.org/ns/ttml" xml:lang="en"><body>${division("en", "Hello")}${division("de", "Guten Morgen")}</body></tt>`;
    expect(language(ttml, "ttml")).toEqual(["en", "Hello et cetera"]);
    expect(language(ttml, "ttml", "de")).toEqual(["de", "Guten Morgen et cetera"]);
  });
});

it("paragraphs of a TTML sequence follow each other", () => {
  const ttml =
    '<tt xmlns="http://www.w3.org/ns/ttml"><body timeContainer="seq"><div><p dur="2s">one</p></div>' +
    '<div timeContainer="seq"><p dur="3s">two</p><p begin="1s" dur="1s">three</p></div></body></tt>';
  expect(cues(ttml, "ttml")).toEqual([
    [0, 2000, null, "one"],
    [2000, 5000, null, "two"],
    [6000, 7000, null, "three"],
  ]);
});

describe("captions that are no speech", () => {
  const facts = { durationMs: 120_000, isPartial: false };
  const read = (text: string) => parseCaptions(bytes(text), "srt").cues;

  it("are songs by their notes, and headings by how long each stands", () => {
    const song = Array.from({ length: 12 }, (_, i) => `♪ la la love number ${i} ♪`);
    expect(whyImplausible(read(subrip(...song)), facts)).toBe("it has only songs");
    const chapters = [0, 1, 2, 3].map(
      (i) =>
        `${i}\n00:0${Math.floor(i / 2)}:${(i % 2) * 30},000 --> 00:0${Math.floor((i + 1) / 2)}:${((i + 1) % 2) * 30},000\nPart ${i}\n`,
    );
    expect(whyImplausible(read(chapters.join("\n")), facts)).toBe(
      "it has headings of chapters, no speech",
    );
    expect(whyImplausible(read(subrip(...song, "And now we talk.")), facts)).toBeNull();
  });
});
